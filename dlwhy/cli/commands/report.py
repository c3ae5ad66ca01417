"""`dlwhy report`: one offline page of what folders hold."""

from dlwhy import files
from dlwhy.cli import options as shared
from dlwhy.cli.arguments import argument, command, frozen_options, option
from dlwhy.cli.show.console import Output
from dlwhy.errors import UsageError


@frozen_options
class Report(shared.Reading, shared.Writing):
    """The options of `dlwhy report`."""

    folders: list[str] | None = argument(
        None, "What dlwhy run or dlwhy study has written; a folder may hold several studies.", metavar="DIR..."
    )
    output: str = option("report.html", 'The page to write; "-" for stdout.', "--output", "-o")
    lang: str = option("en", 'Its language, en or it (Italian); "en,it" has both, and a switch.', metavar="en|it|en,it")

    @property
    def languages(self) -> list[str]:
        """The codes of its languages, the first one first."""
        return [*dict.fromkeys(code.strip() for code in self.lang.split(","))]


@command
def report(options: Report) -> None:
    r"""Write one offline page that tells what folders hold: the answer first, data, model, pictures and studies.

    The page is one file that asks for nothing from elsewhere: it can be mailed, printed, and read on a phone. All of
    it is there without JavaScript; with it, a slider goes through the training, units show their weights, tables can be
    sorted. With two languages it has a switch between them. The same folders give the same bytes.

    \b
    Examples:
      dlwhy report run -o report.html
      dlwhy report run study --lang it
      dlwhy report run study --lang en,it
      dlwhy report study/depth -o - | gzip > depth.html.gz
    """
    _check(options)
    from dlwhy.report import folders, gathering, html

    languages = [html.language(code) for code in options.languages]
    read = [options.config, *folders.inputs(folders.look(options.folders or []))]
    files.check_outputs({"-o": options.output}, inputs=read, no_clobber=options.no_clobber)
    page = gathering.page(options.folders or [], languages, max_size=options.max_size)
    content = html.render(page, *languages).encode()
    with files.open_output(options.output, no_clobber=options.no_clobber) as handle:
        handle.write(content)
    out = Output.of(options)
    if options.as_json:
        out.json(
            {
                "report": options.output,
                "bytes": len(content),
                "language": options.languages[0],
                "languages": options.languages,
                "recommendations": [answer["recommendation"] for answer in page.answers],
                "runs": [run.name for run in page.runs],
                "studies": [{"study": study.name, "verdict": study.verdict} for study in page.studies],
            }
        )
    elif not files.is_standard(options.output):
        out.text(files.shown(options.output))


def _check(options: Report) -> None:
    """Refuse what can be refused before anything is read."""
    from dlwhy.messages import language

    if not options.folders:
        raise UsageError("name a folder", "what dlwhy run or dlwhy study has written")
    for code in options.languages:
        language.check(code)
    if options.as_json and files.is_standard(options.output):
        raise UsageError("--json and the page can't both go to stdout", "name a file with -o")
    files.check_outputs({"-o": options.output}, inputs=[options.config], no_clobber=options.no_clobber)
