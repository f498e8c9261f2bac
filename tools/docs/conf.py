# Sphinx's configuration; build.py puts this beside the assembled sources.
project = "Vitrine"
author = "the Vitrine developers"
copyright = "the Vitrine developers"
extensions = ["myst_parser"]
myst_heading_anchors = 4
html_theme = "furo"
html_static_path = ["_own"]
html_js_files = ["theme.js"]
html_title = "Vitrine"
html_show_sphinx = False
html_copy_source = False
html_show_sourcelink = False
highlight_language = "none"
exclude_patterns = []
