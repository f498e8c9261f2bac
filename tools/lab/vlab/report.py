# One result, many writers.
#
#   terminal   for the student: what was expected, what happened, where
#   tap        Test Anything Protocol 13
#   junit      JUnit XML, as CI servers read it
#   gradescope results.json of Gradescope's autograder
#   classroom  GitHub Classroom's autograding result (version 1)
#   json       everything, for scripts
import json
import sys
import xml.etree.ElementTree as xml

from .judge import BLOCKED, DOES_COMPILE, PASSED


def score(verdicts):
    return (sum(v.points for v in verdicts),
            sum(v.max_points for v in verdicts))


def explain(verdict, again):
    """Why a test did not pass, in lines."""
    if verdict.status == BLOCKED:
        return [verdict.happened]
    lines = ["expected: " + verdict.wanted,
             "happened: " + verdict.happened]
    if verdict.excerpt:
        lines.append("where:")
        lines += ["  " + line for line in verdict.excerpt]
    if verdict.said:
        lines.append("the run said:")
        lines += ["  " + line for line in verdict.said]
    if verdict.seed is not None:
        lines.append("again:    " + again(verdict))
    return lines


class Result:
    """A judged submission and how to say it."""

    def __init__(self, lab, who, verdicts, compiler, again):
        self.lab, self.who, self.verdicts = lab, who, verdicts
        self.compiler, self.again = compiler, again
        self.points, self.max_points = score(verdicts)

    def explain(self, verdict):
        return explain(verdict, self.again)

    def data(self):
        return {
            "lab": self.lab.name, "who": self.who, "points": self.points,
            "max_points": self.max_points, "compiler": self.compiler,
            "tests": [{
                "name": v.name, "status": v.status, "points": v.points,
                "max_points": v.max_points, "system": v.system,
                "seed": v.seed, "hidden": v.hidden,
                "output": [] if v.status == PASSED else self.explain(v),
            } for v in self.verdicts]}


def terminal(result, stream=sys.stdout):
    colour = stream.isatty()

    def paint(code, text):
        return "\x1b[%sm%s\x1b[0m" % (code, text) if colour else text
    if result.compiler.strip():
        print(result.compiler.rstrip(), file=stream)
    unbuilt = any(v.wanted == DOES_COMPILE for v in result.verdicts)
    if unbuilt:
        print(paint("31", "FAIL") + "  it cannot be built", file=stream)
    for v in () if unbuilt else result.verdicts:
        mark = {PASSED: paint("32", "ok  "), BLOCKED: paint("33", "--  ")}.get(
            v.status, paint("31", "FAIL"))
        print("%s  %d/%d  %s" % (mark, v.points, v.max_points, v.name),
              file=stream)
        if v.status != PASSED:
            for line in result.explain(v):
                print("            " + line, file=stream)
    print("%s: %d of %d points" % (result.lab.name, result.points,
                                   result.max_points), file=stream)


def tap(result):
    lines = ["TAP version 13", "1..%d" % len(result.verdicts)]
    for i, v in enumerate(result.verdicts, 1):
        lines.append("%sok %d - %s%s" % (
            "" if v.status == PASSED else "not ", i, v.name,
            " # SKIP " + v.happened if v.status == BLOCKED else ""))
        if v.status not in (PASSED, BLOCKED):
            lines += ["# " + line for line in result.explain(v)]
    return "\n".join(lines) + "\n"


def junit(result):
    failed = sum(v.status not in (PASSED, BLOCKED) for v in result.verdicts)
    blocked = sum(v.status == BLOCKED for v in result.verdicts)
    suite = xml.Element("testsuite", name=result.lab.name,
                        tests=str(len(result.verdicts)),
                        failures=str(failed), skipped=str(blocked))
    for v in result.verdicts:
        case = xml.SubElement(suite, "testcase", name=v.name,
                              classname=result.lab.name)
        if v.status == BLOCKED:
            xml.SubElement(case, "skipped", message=v.happened)
        elif v.status != PASSED:
            fault = xml.SubElement(case, "failure", message=v.wanted)
            fault.text = "\n".join(result.explain(v))
    return xml.tostring(suite, encoding="unicode",
                        xml_declaration=True) + "\n"


def gradescope(result):
    return json.dumps({
        "score": result.points,
        "output": result.compiler,
        "stdout_visibility": "hidden",
        "tests": [{
            "name": v.name, "score": v.points, "max_score": v.max_points,
            "status": "passed" if v.status == PASSED else "failed",
            "output": "" if v.status == PASSED else
                      "\n".join(result.explain(v)),
            "visibility": "after_published" if v.hidden else "visible",
        } for v in result.verdicts]}, indent=1) + "\n"


def classroom(result):
    good = all(v.status == PASSED for v in result.verdicts)
    return json.dumps({
        "version": 1, "status": "pass" if good else "fail",
        "max_score": result.max_points,
        "tests": [{
            "name": v.name,
            "status": "pass" if v.status == PASSED else "fail",
            "score": v.points,
            "message": None if v.status == PASSED else
                       "\n".join(result.explain(v)),
            "test_code": "./vitrine lab check %d" % result.lab.number,
            "filename": "", "line_no": 0, "duration": 0,
        } for v in result.verdicts]}, indent=1) + "\n"


def as_json(result):
    return json.dumps(result.data(), indent=1) + "\n"


WRITERS = {"tap": tap, "junit": junit, "gradescope": gradescope,
           "classroom": classroom, "json": as_json}
