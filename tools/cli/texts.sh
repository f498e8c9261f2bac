# Every help text of the `vitrine` command, in one place. docs/commands.md
# says the same at more length. The C tools know their own options (argp);
# the texts here name the ones a person needs first.

help_main()
{
    cat <<'END'
Usage: ./vitrine COMMAND [OPTION...]
Vitrine: an L4-family capability microkernel you can watch working.

Look:
  demo              run the demo system, leave its diagrams in out/demo
  run SYSTEM        run a program (hello) or a system description (clntsrv)
  trace FILE        a trace as text, summary or diagram
  graph FILE        the capability graph of a trace, drawn or asked
  view FILE         everything about a trace in one HTML file
  monitor FILE      a run on the terminal, event by event
  explore SYSTEM    run on many seeds until one goes wrong
  replay FILE       the run of a trace again, bit for bit
  gdb SYSTEM        run under gdb, with symbols for kernel and programs

Work:
  test [KIND...]    run the tests
  bench             measure, each figure beside its floor
  lab COMMAND       the exercises: list, start, run, check, submit
  grade DIR...      judge a class's submissions
  docs              the documentation as a site, opened in the browser
  dist              the archives for students and for instructors
  setup             install, fetch, configure and build; nothing else
  clean             remove what was built
  help [COMMAND]    this text, or a command's

Options that go anywhere:
  --yes, -y         answer every question of the set-up with yes
  --out DIR         where results go (default: out/NAME)
  --verbose         say more
  --help, -h        help on the command
  --version         the version

The first start installs the Debian packages it lists (by apt, after asking),
fetches the sources of musl and Lua, and builds. Exit codes are in
docs/exit-codes.md: 0-99 the system's own result, 100 and up Vitrine's.
END
}

help_dist()
{
    cat <<'EOF'
Usage: ./vitrine dist [--out DIR]
Packs this checkout twice (into out/dist): the instructor's archive has all of
it; the student's has no solutions and no tests but those of the labs, and
builds alone. What labs take out of the kernel is in it as the compiler's
output: for the simulator, and for each machine built before (build-NAME).

Exit codes: 0; 103 this is no git checkout.
EOF
}

help_docs()
{
    cat <<'END'
Usage: ./vitrine docs [--no-open] [--out DIR]
Builds the documentation as one searchable site (out/docs/html), its pictures
from real runs, and opens it in the browser. The pages can be read as they are,
too: docs/README.md.

  --no-open         only build; print where it is

Exit codes: 0; 1 a link leads nowhere or a picture cannot be made;
103 bad usage.
END
}

help_demo()
{
    cat <<'END'
Usage: ./vitrine demo [--out DIR] [--yes] [RUN-OPTION...]
Runs the demo system (examples/demo) in the simulator and writes to out/demo:

  trace.vtr           the trace: everything the kernel did
  sequence.svg        who called whom, with labels and results
  sequence.mmd        the same for Mermaid
  timeline.json       opens in https://ui.perfetto.dev
  capabilities.svg    who holds which capability, with rights
  capabilities.dot    the same for Graphviz
  report.html         everything in one file, to look around in

RUN-OPTION: those of `vitrine run` (--seed, --realtime, ...).
Exit code: as for run.
END
}

help_run()
{
    cat <<'END'
Usage: ./vitrine run [OPTION...] SYSTEM [ARG...] [-- ARG...]
Runs SYSTEM in the simulator. SYSTEM is
  NAME              a description examples/*/NAME.cfg, or else a program
  PATH.cfg          a system description (Lua)
  PATH              a program of your own (static PIE, built for Vitrine)
ARGs are handed to it; those that begin with a dash follow `--`.

Options:
  --trace FILE      write the trace (read it with `vitrine trace`)
  --trace-tasks NAME,...  of what threads do, record only what these tasks
                    have a part in
  --graph FILE      draw the capability graph at the end: .svg, .dot, .png
  --monitor         watch the run on the terminal: pause, step, go back, gdb
  --break WORDS     and stop it when this happens (vitrine help monitor)
  --text            no terminal: print the last screen
  --seed N          vary the schedule within what the kernel allows; 0: plain
  --until TIME      stop at this virtual time: 2s, 20ms, 3us, 100ns
  --max-steps N     stop after N steps of user code
  --cpus N          CPUs of the machine, 1 to 32 (with --target: 8)
  --parallel        each CPU on a thread of the host (not reproducible)
  --ram SIZE        simulated memory: 64M (default), 1G
  --input FILE      console input from FILE instead of the terminal; -: from
                    standard input, whatever it is
  --keys            a terminal's keys go to the system one by one, unedited:
                    Ctrl-C is one, and Ctrl-\ interrupts the run
  --disk FILE       a disk (virtio); FILE,ro: read only; FILE,snapshot: what
                    is written is not kept. May be given again
  --net hub         a network adapter (virtio) at the machine's switch; may be
                    given again
  --net pcap:IN,OUT an adapter that hears what the capture file IN has, and
                    whose frames go to OUT (either may be left out)
  --net link:PATH   an adapter linked to another simulator's by a socket (with
                    ,MAC another address: both have the same otherwise)
  --net user        an adapter at a gateway to the host's network
  --forward H:G     port H of the host's 127.0.0.1 (0: any that is free, which is
                    printed) leads to the machine's TCP port G; udp:H:G UDP.
                    Adds --net user. May be given again
  --console FILE    a virtio console that writes to FILE
  --events FILE     a keyboard and a tablet (virtio), and what happens there:
                    lines "MS key|abs CODE VALUE", Linux' numbers
  --screen FILE     a screen (virtio GPU); what it shows at the end goes to
                    FILE, a picture (PPM). FILE,ramfb: in RAM (sim, aarch64)
  --module FILE     one more boot module, "rom/<name of FILE>"
  --target NAME     run on a machine in QEMU: riscv64, aarch64,
                    x86_64 (default: sim)
  --time-limit S    stop a machine that hangs after S seconds (60; 0: never)
  --qemu WORDS      more words for QEMU's command line (with --target)
  --realtime        pace virtual time by the clock on the wall
  --host-clock      let programs read the host's clock (measurements only:
                    such a run is not reproducible)
  --no-fast-path    all messages take the kernel's long way (measurements)

A description may want devices (its first lines, "-- wants ..."): it gets them
where no option says otherwise, and the run says which.

Boot modules: each "rom/NAME" that the description, or a Lua file it names,
mentions is looked for beside the description, then among the programs built;
so is NAME.lua that it requires ("NAME").

Exit codes: 0-99 the system's own result; 100 a fault nobody handled,
101 dead-lock, 102 --until or --max-steps reached, 103 bad usage or input,
104 a bug of the kernel or simulator, 130 interrupted.
END
}

help_trace()
{
    cat <<'END'
Usage: ./vitrine trace FILE [--to FORMAT] [-o OUTPUT] [OPTION...]
Shows a trace that `vitrine run --trace FILE` wrote.

  --to FORMAT       text (default), summary, findings (dead-locks, stuck calls,
                    priority inversions, ...); sequence diagrams: svg,
                    mermaid, plantuml, mscgen; timelines: perfetto, chrome, ctf, vcd;
                    messages: pcapng; data: sqlite, csv, json; story: what each
                    thread said and handed on, the same on every machine. Without it,
                    OUTPUT's ending decides
  -o OUTPUT         write there instead of to the terminal
  --max N           at most N messages in a sequence diagram (200; 0: all)
  --only TASK       only what TASK takes part in (may be given again)
  --between A..B    only what happened then; times: 1500, 1.5us, 20ms, 2s
  --from A, --until B   one end of that
  --event NAME,...  only these events (--events lists them)
  --label N         only messages through gates with this label
  --kernel          invocations of kernel objects as calls, too
  --follow          wait for more at the end, until the system has ended
  --strict          a damaged trace is an error even if part is readable

Exit codes: 0; 103 bad usage; 105 damaged trace and nothing readable
(or --strict).
END
}

help_graph()
{
    cat <<'END'
Usage: ./vitrine graph FILE [-o OUTPUT] [OPTION...]
Draws who holds which capability, as replayed from a trace.

  -o OUTPUT         .svg, .png, .dot, .json or .cdl (capDL); without it DOT
                    goes to the terminal
  --at TIME         as it was at this virtual time, or `end` (default: when
                    most tasks were alive and held most)
  --diff T1 T2      what changed between two times; drawn with -o
  --focus TASK      only TASK and what it can reach in two steps
  --kinds TYPE,...  only objects of these types (gate,irq,semaphore,...)
  --reach FROM TO   can task FROM reach TO now, could it ever come to hold
                    it, and by which chain of capabilities
  --origin OBJECT   who holds OBJECT, and where each capability came from
  --check POLICY    does the whole run keep the rules of the file
                    (docs/trace.md); broken ones with the chain that led there
  --all             every capability as an arrow, nothing in boxes or folded
  --fold            what looks alike is drawn once (default above 400 shapes)
  --verify          compare with the snapshot at the trace's end; exit 1 and
                    list the differences if there are any
  --strict          a damaged trace is an error even if part is readable

Exit codes: 0; 1 differences, a broken rule, not reachable; 103 bad usage; 105 damaged
trace and nothing readable (or --strict).
END
}

help_view()
{
    cat <<'END'
Usage: ./vitrine view FILE -o REPORT.html [OPTION...]
Makes one HTML file of a trace that any browser opens from disk, without a
network: timeline, sequence diagram, capability graph over time, all events,
search, findings.

  -o OUTPUT         the file to write
  --between A..B    only what happened then; times: 1500, 1.5us, 20ms, 2s
  --only TASK       only what TASK takes part in (may be given again)
  --max N           at most N records, from the beginning (1000000; 0: all)
  --strict          a damaged trace is an error even if part is readable

Exit codes: 0; 103 bad usage; 105 damaged trace and nothing readable
(or --strict).
END
}

help_monitor()
{
    cat <<'END'
Usage: ./vitrine monitor TRACE [OPTION...]
Shows a run on the terminal, event by event: what each thread does, whom it
waits for, the last events. The trace may still be in the writing: start
`vitrine run --trace TRACE ...` beside it.

  --to TIME         stop at this virtual time
  --break WORDS     stop when this happens: 'ned maps to server', 'client calls
                    calc', 'server answers client', 'anybody faults', 'moe
                    unmaps', or words that an event's line must all have
                    ('CAP_MAP from_task=ned')
  --text            no terminal: print the last screen

Keys: space pause, s one event, + - speed, b break, g gdb at this moment,
q quit.
END
}

help_explore()
{
    cat <<'END'
Usage: ./vitrine explore SYSTEM [--seeds A..B] [OPTION...]
Runs one system on many seeds (schedules), in parallel processes, and stops
at the first that goes wrong: prints the command that shows it again, and
leaves in out/explore its trace, the nearest passing one, and where they part.

  --seeds A..B      default 0..99
  --jobs N          processes at a time (default: one per CPU)
  --fail-on LIST    what counts, with commas: deadlock, fault, exit (a result
                    other than 0), limit, findings, policy:FILE
                    (default deadlock,fault,exit)
  --all             go on after a failure
Other options are those of `vitrine run` (--until is wise).

Exit codes: 0: no seed failed; 1: one did; 103 bad usage.
END
}

help_replay()
{
    cat <<'END'
Usage: ./vitrine replay TRACE [--to TIME | --back N] [--gdb | --monitor]
Runs the system of a trace again, bit for bit, with the inputs that are in the
trace, and says whether it was the same.

  --to TIME         stop at this virtual time (2s, 20ms, 3us, 100ns)
  --back N          to the end, and N events back (the final picture that the
                    kernel writes when all is over is not counted)
  --gdb             under gdb, which stops there; with --back, `l4 back N` goes
                    further back
  --monitor         watch it, step by step, forth and back (run --monitor)
  --batch, -ex COMMAND, -x SCRIPT   go to gdb

Exit codes: the run's (0 where --to or --back stopped it); 103 if the trace
does not say how it came about, or the run is another one.
END
}

help_gdb()
{
    cat <<'END'
Usage: ./vitrine gdb [RUN-OPTION...] SYSTEM [ARG...] [--batch] [-x SCRIPT]
Runs SYSTEM in the simulator under gdb. Breakpoints in a program may be set
before it is loaded (`break hello.c:main`); its symbols come when it is.

  --batch           no questions, end when the script is done
  -x SCRIPT         gdb commands from a file
  -ex COMMAND       one gdb command
RUN-OPTION: those of `vitrine run`, but for --graph.

With --target NAME (riscv64, aarch64, x86_64) gdb-multiarch is in front of
QEMU, which waits at its first instruction: type `continue` instead of `run`.

In gdb: `vitrine-tasks` lists the programs loaded so far. Virtual time makes
a run under gdb the same as one without.
END
}

help_bench()
{
    cat <<'END'
Usage: ./vitrine bench [--target NAME] [--json] [--only NAME]
Measures on this machine, now, and prints each figure beside its floor from
the same run, and whether it holds what was promised.

  --json            an array of {name, unit, value, floor, ratio, target,
                    holds}
  --only NAME       this row only
  --target NAME     of a machine in QEMU (riscv64, aarch64, x86_64): messages in
                    instructions retired, the start, the kernel's size

Exit code: 0 if every row holds, 1 if one does not.
END
}

help_test()
{
    cat <<'END'
Usage: ./vitrine test [KIND...] [-v]
       ./vitrine test --target NAME [--cpus N] [-v]
Runs the tests. KIND is a folder of tests/: core (or unit), hw-models (or
model), headers, servers, tools, system; none means all. -v shows each test.
--target NAME runs the examples and the kernel suite on a machine in QEMU
(riscv64, aarch64, x86_64), on the simulator (sim), or on all of them (all); --cpus N
gives the machine N CPUs.
The last line is
  N passed, N failed, N skipped
Exit code: 0 if nothing failed.
END
}

help_setup()
{
    cat <<'END'
Usage: ./vitrine setup [--yes] [--target NAME]
Installs the Debian packages of tools/packages.txt that are missing (as root
or through sudo, after asking), fetches the source packages of musl and Lua
into extern/, configures with Meson and builds. Every other command does as
much of this as it needs.
  --target NAME     the same for a machine in QEMU: riscv64, aarch64, x86_64
END
}

help_clean()
{
    cat <<'END'
Usage: ./vitrine clean [--all]
Removes the build folder; with --all also out/ and extern/.
END
}

help_help()
{
    help_main
}

help_for()
{
    case $1 in
    main | demo | run | trace | graph | view | monitor | explore | replay | gdb | bench | test | setup | clean | lab | grade | docs | dist | \
        help) "help_$1" ;;
    *) die_usage "no sub-command '$1'" main ;;
    esac
}

help_lab()
{
    cat <<'END'
Usage: ./vitrine lab list
       ./vitrine lab start N [FOLDER] [--name "Ada Lovelace"]
       ./vitrine lab run N FOLDER [SYSTEM] [-- RUN-OPTION...]
       ./vitrine lab check N [FOLDER] [--seeds K] [OPTION...]
       ./vitrine lab submit N [FOLDER] [-o FILE]
The exercises. `start` makes a folder of your own with handout and starter,
`run` builds and runs one of its systems (options as for `vitrine run`), `check`
judges it by the kernel's trace, `submit` packs what to hand in.
Without FOLDER it is labs/NN-name itself.

  --seeds K         try the schedules of seeds 1 to K, too
  --seed S          only the schedule of seed S
  --keep DIR        leave programs, traces and consoles there
  --tests FILE      an instructor's further tests
  --tap FILE, --junit FILE, --gradescope FILE, --classroom FILE, --json FILE
                    the result for other programs (-: to the terminal)

Exit code: 0 all points; 1 points are missing; 103 bad usage.
END
}

help_grade()
{
    cat <<'END'
Usage: ./vitrine grade --lab N [--seeds K] [OPTION...] DIR...
Judges a class. DIR is one submission (a folder or what `lab submit` packed)
or a folder of submissions. Writes grades.csv and index.html, a matrix whose
failed cells link to the diagram of the failure. What was judged already and
has not changed is not judged again.

  --seeds K         schedules for each submission (10)
  --jobs J          submissions at once (one per core)
  --tests FILE      hidden tests, from outside the students' tree
  --again           judge everything anew
  -o DIR            where results go (out/grades)
END
}
