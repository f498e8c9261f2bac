#!/usr/bin/env python3
"""docs: the documentation as one searchable site, pictures from real runs.

    all *.md of the repository --copy--> out/docs/source --Sphinx--> out/docs
    interface descriptions --tools/interface--> servers' pages
    runs of the examples --> pictures

The Markdown is readable as it is; what changes on the way are links: to a
folder (its README), and to a source file (a page that shows it). A link to
nothing is an error.
"""
import argparse
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tomllib

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import pictures  # noqa: E402

root = pictures.root
LEFT_OUT = ("labs/solutions/", "tests/labs/")
LINK = re.compile(r"(\]\()([^)\s#]+)((?:#[^)\s]*)?\))")
FENCE = re.compile(r"^(```|~~~)")


class Problem(Exception):
    """The site cannot be built; the text says why."""


def tracked():
    """The Markdown files of the repository, relative to its root."""
    found = subprocess.run(
        ["git", "-C", root, "ls-files", "-co", "--exclude-standard", "*.md"],
        stdout=subprocess.PIPE, text=True, check=False)
    if found.returncode:  # an archive without git
        skipped = ("extern", "out", "build")
        names = [str(p.relative_to(root)) for p in root.rglob("*.md")
                 if p.relative_to(root).parts[0] not in skipped]
    else:
        names = found.stdout.splitlines()
    return [n for n in names
            if not n.startswith(LEFT_OUT) and (root / n).is_file()]


class Site:
    """The sources being put together in `folder`."""

    def __init__(self, folder):
        self.folder, self.pages, self.shown = folder, set(tracked()), set()
        self.problems = []

    def target(self, page, link, line):
        """What `link` on `page` becomes in the site."""
        if re.match(r"[a-z]+:", link):
            return link
        path = os.path.normpath(os.path.join(os.path.dirname(page), link))
        if (root / path).is_dir():
            path = os.path.join(path, "README.md")
            if path not in self.pages:  # a folder without one: no page
                path = os.path.dirname(path)
                self.problems.append(f"{page}:{line}: {link} has no README")
        if not (root / path).exists() and path not in self.pages:
            self.problems.append(f"{page}:{line}: {link} does not exist")
        elif path not in self.pages and (root / path).is_file() and \
                not path.endswith((".svg", ".png")):
            self.shown.add(path)
            path += ".md"
        if path == "README.md":
            path = "index.md"
        return os.path.relpath(path, os.path.dirname(page) or ".")

    def convert(self, page, text):
        """The page with its links changed, code left alone."""
        lines, fence = [], None
        for n, line in enumerate(text.splitlines(), 1):
            mark = FENCE.match(line)
            if mark and fence in (None, mark.group(1)):
                fence = None if fence else mark.group(1)
            if not fence and not line.startswith("    "):
                line = LINK.sub(lambda m: m.group(1) + self.target(
                    page, m.group(2), n) + m.group(3), line)
            lines.append(line)
        return "\n".join(lines) + "\n"

    def write(self, page, text):
        path = self.folder / page
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")

    def show_sources(self):
        """A page for each source file that some page links to."""
        for path in sorted(self.shown):
            try:
                text = (root / path).read_text("utf-8")
            except UnicodeDecodeError:
                self.problems.append(f"{path}: a page links to it; no text")
                continue
            kind = {".c": "c", ".h": "c", ".py": "python", ".cfg": "lua",
                    ".lua": "lua", ".S": "gas"}.get(
                        pathlib.Path(path).suffix, "none")
            ticks = "`" * 5
            self.write(path + ".md", f"---\norphan: true\n---\n# {path}\n\n"
                       f"{ticks}{kind}\n{text}{ticks}\n")


def interface_pages(site):
    """A page for each interface description, from its comments."""
    tool = root / "tools/interface/interface.py"
    names = []
    for path in sorted(root.glob("servers/**/*.iface")) + \
            sorted(root.glob("examples/**/*.iface")):
        page = f"docs/servers/{path.stem}.md"
        (site.folder / page).parent.mkdir(parents=True, exist_ok=True)
        subprocess.run([sys.executable, tool, path, "--page",
                        site.folder / page], check=True)
        site.pages.add(page)
        names.append(page)
    return names


def contents(site, generated):
    """The front page: the README, and every page in its section."""
    sections = tomllib.loads((root / "docs/site.toml").read_text("utf-8"))
    placed, out = set(), []
    for section in sections["section"]:
        out += ["```{toctree}", f":caption: {section['title']}",
                ":maxdepth: 1", ":hidden:", ""]
        for pattern in section["pages"]:
            found = sorted(p for p in site.pages
                           if pathlib.PurePath(p).match(pattern)
                           and p not in placed | {"README.md"})
            if not found:
                raise Problem(f"docs/site.toml: no page is called {pattern}")
            out += found
            placed.update(found)
        out += ["```", ""]
    left = sorted(site.pages - placed - {"README.md"})
    if left:
        raise Problem("docs/site.toml: no section has " + ", ".join(left))
    readme = site.convert("README.md", (root / "README.md").read_text("utf-8"))
    site.write("index.md", readme + "\n" + "\n".join(out))


def progress(what, n, of):
    end = "\r" if n < of else "\n"
    if sys.stderr.isatty():
        sys.stderr.write(f"{what} {n} of {of}   {end}")


def assemble(folder, with_pictures=True):
    """Puts the site's sources together in `folder`."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    site = Site(folder)
    generated = interface_pages(site)
    (folder / "docs").mkdir(exist_ok=True)
    shutil.copytree(root / "docs/pictures", folder / "docs/pictures")
    if with_pictures:
        pictures.make(folder / "docs/pictures", progress=progress)
    for page in sorted(site.pages - set(generated) - {"README.md"}):
        site.write(page, site.convert(page, (root / page).read_text("utf-8")))
    contents(site, generated)
    site.show_sources()
    here = pathlib.Path(__file__).parent
    shutil.copy(here / "conf.py", folder)
    (folder / "_own").mkdir(exist_ok=True)
    shutil.copy(here / "theme.js", folder / "_own")
    if site.problems:
        raise Problem("\n".join(site.problems))


def options():
    p = argparse.ArgumentParser(prog="docs", description="Builds the "
                                "documentation's site.")
    p.add_argument("--to", type=pathlib.Path, default=root / "out/docs",
                   help="the folder that gets the site")
    p.add_argument("--no-pictures", action="store_true",
                   help="take the pictures in the repository")
    return p.parse_args()


def main():
    o = options()
    source = o.to / "source"
    try:
        assemble(source, not o.no_pictures)
    except (Problem, pictures.Problem) as problem:
        sys.exit(f"docs: {problem}")
    done = subprocess.run(
        ["/usr/bin/python3", "-m", "sphinx", "-q", "-W", "--keep-going", "-b",
         "html", "-d", o.to / "doctrees", source, o.to / "html"], check=False)
    if done.returncode:
        sys.exit("docs: the generator found mistakes (above)")
    print(o.to / "html/index.html")


if __name__ == "__main__":
    main()
