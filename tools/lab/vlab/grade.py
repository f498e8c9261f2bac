# A class: every submission judged, in parallel, into CSV and one HTML page.
#
#   out/grades/02-messages/
#     NAME/result.json     what was judged; its key says of which bytes
#     NAME/*/run.vtr       traces of failures
#     NAME/*.svg           the diagram a failed cell links to
#     grades.csv  index.html
#     token                what the values of the runs are made with
#     lock                 held by whoever grades into this folder
#
# A submission whose result.json has the right key (its files, the lab, the
# tests, the seeds) is not judged again, so an interrupted run goes on where
# it was. Archives are unpacked by name and only the files to edit are taken.
import csv
import fcntl
import hashlib
import html
import itertools
import json
import pathlib
import secrets
import shutil
import subprocess
import tarfile
import time
import zlib

from . import apart, cli, judge as judging, lab as labs, report
from .places import TRACE_TOOL, Problem

SOURCE_BYTES = 1 << 20
ARCHIVE_BYTES, MEMBERS_MAX = 8 << 20, 1000


def submissions(dirs, lab):
    """(name, folder or archive) of every submission below `dirs`, sorted."""
    found = {}
    for word in dirs:
        path = pathlib.Path(word)
        if not path.exists():
            raise Problem("%s: no such folder" % word)
        inside = [path] if is_submission(path, lab) else \
            sorted(path.iterdir()) if path.is_dir() else [path]
        for entry in inside:
            if is_submission(entry, lab):
                name = entry.name.removesuffix(".tar.gz")
                if name in found:
                    raise Problem("%s and %s have one name" %
                                  (found[name], entry))
                found[name] = entry
    if not found:
        raise Problem("%s: no submissions of %s (folders with %s, or "
                      ".tar.gz)" % (" ".join(dirs), lab.name,
                                    ", ".join(lab.edit)))
    return sorted(found.items())


def is_submission(path, lab):
    if path.name.endswith(".tar.gz"):
        return path.is_file()
    return path.is_dir() and any((path / n).is_file() for n in lab.edit)


def handed_in(lab):
    """Names of the files that a submission consists of."""
    return lab.edit + ((labs.STUDENT,) if lab.personal else ())


def unpack(path, lab, folder):
    """The files to edit, from a folder or an archive, into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    wanted = handed_in(lab)
    for name in wanted:
        (folder / name).unlink(missing_ok=True)
    if path.is_dir():
        for name in wanted:
            source = path / name
            if source.is_file() and not source.is_symlink() and \
                    source.stat().st_size <= SOURCE_BYTES:
                shutil.copyfile(source, folder / name)
        return
    if path.stat().st_size > ARCHIVE_BYTES:
        return
    try:
        with tarfile.open(path) as archive:
            for member in itertools.islice(archive, MEMBERS_MAX):
                name = pathlib.PurePosixPath(member.name).name
                if member.size > SOURCE_BYTES:
                    break  # what follows would have to be unpacked to skip
                if member.isfile() and name in wanted:
                    (folder / name).write_bytes(
                        archive.extractfile(member).read(SOURCE_BYTES))
    except (tarfile.TarError, OSError, EOFError, zlib.error):
        pass  # what is missing fails the build, with its name


def token_of(base, lab):
    """What the class's values are made with: random, so that answers cannot
    be written down beforehand; kept, so that a grading can be gone on with.
    A personal lab's values come from the names."""
    path = base / "token"
    if not path.exists():
        path.write_text(secrets.token_hex(16))
    return "" if lab.personal else path.read_text()


def key_of(folder, lab, seeds, more):
    """What a result depends on, in one number."""
    sums = hashlib.sha256(("%s %s" % (lab.name, seeds)).encode())
    files = [folder / n for n in handed_in(lab)]
    files += sorted(p for p in lab.folder.iterdir() if p.is_file())
    files += lab.shared
    files += [pathlib.Path(m) for m in more]
    for path in files:
        sums.update(path.name.encode())
        if path.is_file():
            sums.update(path.read_bytes())
    return sums.hexdigest()


def _draw(out, verdict, lab):
    """The diagram of a failure, beside its trace; its file name or None."""
    where = out / ("%s-%d" % (verdict.system, verdict.seed))
    target = out / ("%s-%d.svg" % (verdict.system, verdict.seed))
    if not target.exists():
        subprocess.run([TRACE_TOOL, where / "run.vtr", "--to", "svg", "-o",
                        target], stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL, timeout=60)
    return target.name if target.exists() else None


def judge_one(name, path, lab_name, seeds, more, base, again, token):
    """One submission, in a process of its own. Its result as data."""
    lab = labs.find(lab_name)
    out = pathlib.Path(base) / name
    own = out / "submitted"
    unpack(pathlib.Path(path), lab, own)
    key = key_of(own, lab, "%s %s" % (seeds, token), more)
    stored = out / "result.json"
    try:
        data = json.loads(stored.read_text())
        if data["key"] == key and data["seconds"] >= 0 and not again:
            return data
    except (OSError, ValueError, KeyError):
        pass
    began = time.monotonic()
    try:
        verdicts, said = judging.judge(lab, own, out, range(seeds + 1),
                                       token, more, jobs=1)
    except Exception as problem:  # one submission must not end the class
        return not_judged(name, repr(problem))
    result = report.Result(lab, name, verdicts, said,
                           cli.again_for(lab, pathlib.Path(path), token))
    data = result.data() | {"key": key,
                            "seconds": round(time.monotonic() - began, 1)}
    for test, verdict in zip(data["tests"], verdicts):
        if verdict.status == judging.FAILED and verdict.seed is not None:
            test["diagram"] = _draw(out, verdict, lab)
    _tidy(out, verdicts)
    part = out / "result.json.part"
    part.write_text(json.dumps(data, indent=1))
    part.replace(stored)
    return data


def not_judged(name, problem):
    """The result of a submission that the grader could not deal with."""
    return {"who": name, "key": "", "points": 0, "max_points": 0,
            "compiler": "", "tests": [], "problem": problem, "seconds": 0}


def _tidy(out, verdicts):
    """Only what failed is worth its room on the disk."""
    keep = {"%s-%d" % (v.system, v.seed) for v in verdicts
            if v.seed is not None}
    for entry in out.iterdir():
        if entry.is_dir() and entry.name not in keep | {"submitted"}:
            shutil.rmtree(entry, ignore_errors=True)
        elif entry.suffix == ".o":
            entry.unlink()


def write_csv(path, lab, rows):
    tests = next((r["tests"] for r in rows if r["tests"]), [])
    with open(path, "w", newline="") as file:
        out = csv.writer(file)
        out.writerow(["name", "points", "max_points", "seconds"] +
                     [t["name"] for t in tests])
        for r in rows:
            points = {t["name"]: t["points"] for t in r["tests"]}
            out.writerow([r["who"], r["points"], r["max_points"],
                          r["seconds"]] +
                         [points.get(t["name"], 0) for t in tests])


PAGE = """<!doctype html><html lang="en"><meta charset="utf-8">
<title>%(title)s</title>
<meta name="viewport" content="width=device-width">
<style>
:root { color-scheme: light dark; }
body { font: 15px/1.4 system-ui, sans-serif; margin: 2em; }
table { border-collapse: collapse; }
th, td { border: 1px solid #8886; padding: .25em .6em; text-align: left; }
tr > * { white-space: nowrap; }
th { position: sticky; top: 0; background: Canvas; z-index: 1; }
td:first-child { position: sticky; left: 0; background: Canvas; }
th.t { white-space: normal; writing-mode: vertical-rl; transform: rotate(180deg);
       font-weight: normal; vertical-align: bottom; max-height: 22em; }
td.n { text-align: right; font-variant-numeric: tabular-nums; }
td.passed { background: #2a92; } td.failed { background: #d333; }
td.blocked { background: #da13; }
pre { font-size: 13px; overflow-x: auto; }
details { margin: .3em 0; }
</style>
<h1>%(title)s</h1><p>%(sum)s</p><table><tr><th>name<th>points<th>time%(head)s</tr>
%(rows)s</table>%(details)s
<script>
function show() {
  const part = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (part) { part.open = true; part.scrollIntoView(); }
}
addEventListener("hashchange", show); show();
</script></html>
"""


def cell(row, test):
    mark = {"passed": "&#10003;", "blocked": "&ndash;"}.get(
        test["status"], "&#10007;")
    text = "%s %d" % (mark, test["points"])
    if test.get("diagram"):
        text = '<a href="%s/%s">%s</a>' % (
            html.escape(row["who"], True), html.escape(test["diagram"], True),
            text)
        text += " <small>seed %d</small>" % test["seed"]
    return '<td class="%s">%s' % (test["status"], text)


def write_html(path, lab, rows, seeds):
    tests = next((r["tests"] for r in rows if r["tests"]), [])
    head = "".join('<th class="t">%s (%d)' % (html.escape(t["name"]),
                                              t["max_points"]) for t in tests)
    body, details = [], []
    for r in rows:
        who = html.escape(r["who"])
        cells = "".join(cell(r, t) for t in r["tests"]) or \
            '<td class="failed" colspan="%d">not judged' % max(len(tests), 1)
        text = r["compiler"] + r.get("problem", "")
        for t in r["tests"]:
            if t["status"] != "passed":
                text += "\n%s\n  %s\n" % (t["name"],
                                          "\n  ".join(t["output"]))
        name = who
        if text.strip():
            name = '<a href="#%s">%s</a>' % (who, who)
            details.append('<details id="%s"><summary>%s</summary><pre>%s'
                           '</pre></details>' % (who, who, html.escape(text)))
        body.append('<tr><td>%s<td class="n">%d<td class="n">%.1f&nbsp;s%s'
                    '</tr>' % (name, r["points"], r["seconds"], cells))
    full = sum(0 < r["max_points"] == r["points"] for r in rows)
    path.write_text(PAGE % {
        "title": html.escape("Lab %d: %s" % (lab.number, lab.title)),
        "sum": "%d submissions, %d with all points; seeds 0 to %d" % (
            len(rows), full, seeds),
        "head": head, "rows": "\n".join(body), "details": "\n".join(details)})


def _judge_all(lines, jobs, progress):
    """judge_one(*line) for each, in order, by `jobs` processes at once."""
    rows = {}
    for line, row in apart.each(judge_one, lines, jobs):
        rows[line[0]] = row or not_judged(line[0],
                                          "the grader's process was ended")
        progress()
    return [rows[line[0]] for line in lines]


def _alone_in(base):
    """Waits until nobody else grades into this folder, and keeps others out
    while the file given is open. Processes have it, too: those of a grader
    that was killed hold it until they have done what they were at."""
    lock = open(base / "lock", "w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        cli.say("%s: another grading is at work there; waiting for its end" %
                base)
        fcntl.flock(lock, fcntl.LOCK_EX)
    return lock


def run(args):
    lab = labs.find(args.lab)
    todo = submissions(args.dirs, lab)
    base = pathlib.Path(args.output) / lab.name
    base.mkdir(parents=True, exist_ok=True)
    base = base.resolve()
    with _alone_in(base):
        return _grade_into(base, lab, todo, args)


def _grade_into(base, lab, todo, args):
    token = token_of(base, lab)
    progress = cli.Progress(len(todo), "submissions")
    lines = [(name, str(path.resolve()), lab.name, args.seeds, args.tests,
              str(base), args.again, token) for name, path in todo]
    rows = _judge_all(lines, max(args.jobs, 1), progress)
    progress.end()
    write_csv(base / "grades.csv", lab, rows)
    write_html(base / "index.html", lab, rows, args.seeds)
    for r in rows:
        cli.say("%-32s %3d of %d%s" % (
            r["who"], r["points"], r["max_points"],
            "  " + r["problem"] if r.get("problem") else ""))
    cli.say("%s and %s" % (base / "grades.csv", base / "index.html"))
    return 0
