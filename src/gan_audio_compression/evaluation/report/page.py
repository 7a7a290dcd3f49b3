"""Lays the report out as one HTML page without a single reference to anything outside."""

from gan_audio_compression.evaluation.estimates import with_phone_errors
from gan_audio_compression.evaluation.paper import CITATION
from gan_audio_compression.evaluation.report.breakdown import (
    group_tables,
    paired_table,
    phone_error_table,
)
from gan_audio_compression.evaluation.report.content import Provenance, ReportContent
from gan_audio_compression.evaluation.report.embedding import flac_uri, svg_uri
from gan_audio_compression.evaluation.report.measures import heading_of
from gan_audio_compression.evaluation.report.table import Cell, ColumnGroup, Row, Table, number
from gan_audio_compression.evaluation.report.table_3 import (
    LOW_RATE_KBIT_S,
    best_readings,
    comparison_table,
    median_table,
)
from gan_audio_compression.html_page import page_environment, page_source, source_digest
from gan_audio_compression.signal.spec import SAMPLE_RATE

_TEMPLATES = ("gan_audio_compression.evaluation.report", "templates")

_BEST = f"Bold: the best below {LOW_RATE_KBIT_S} kbit/s of file."
_MEANS = "Means over n utterances, below each its 95 % interval."


def render_report(content: ReportContent) -> str:
    """Return the page as HTML, to be written in UTF-8. All that `content` says is escaped."""
    script = page_source(*_TEMPLATES, "players.js")
    environment = page_environment(*_TEMPLATES)
    environment.filters |= {"flac_uri": flac_uri, "svg_uri": svg_uri, "number": number}
    return environment.get_template("page.html.j2").render(
        content=content,
        **_tables(content),
        readings=best_readings(content.comparison, content.metrics),
        lower_is_better=[
            heading_of(name, metric)
            for name, metric in with_phone_errors(content.metrics).items()
            if not metric.higher_is_better
        ],
        citation=CITATION,
        low_rate=LOW_RATE_KBIT_S,
        sample_rate=SAMPLE_RATE,
        style=page_source(*_TEMPLATES, "style.css"),
        script=script,
        script_digest=source_digest(script),
    )


def _tables(content: ReportContent) -> dict[str, Table | dict[str, list[Table]]]:
    """Return the tables of the page by the names that its templates have for them."""
    metrics = content.metrics
    return {
        "comparison": comparison_table(
            content.comparison, metrics, id="comparison", caption=f"Test split. {_MEANS} {_BEST}"
        ),
        "medians": median_table(
            content.comparison,
            metrics,
            id="medians",
            caption="Test split. Medians over the utterances.",
        ),
        "validation": comparison_table(
            content.validation,
            metrics,
            id="validation",
            caption=f"Validation split. {_MEANS} {_BEST}",
        ),
        "phone_errors": phone_error_table(
            content.comparison, id="phone-errors", caption="Test split, 39 classes of phones."
        ),
        "groups": group_tables(content.groups, metrics, id="groups"),
        "paired": paired_table(
            content.paired,
            metrics,
            id="paired",
            caption="Test split. Mean difference, below each its 95 % interval.",
        ),
        "provenance": _provenance_table(content),
    }


def _provenance_table(content: ReportContent) -> Table:
    def row(made: Provenance) -> Row:
        return Row(made.system, [Cell(made.made_by), Cell(made.how_to_get)])

    columns = [Cell("Made by"), Cell("How to get it")]
    return Table(
        "provenance",
        "What coded and decoded.",
        [ColumnGroup("", columns)],
        [row(made) for made in content.provenance],
    )
