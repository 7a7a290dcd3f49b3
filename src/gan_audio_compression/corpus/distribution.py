"""Who speaks in a corpus: its speakers by dialect region and sex."""

import pandas as pd

_COLUMN_TYPES = {
    "dialect_region": "str",
    "speakers": "int64",
    "male_percent": "float64",
    "female_percent": "float64",
    "overall_percent": "float64",
}


def dialect_distribution(manifest: pd.DataFrame) -> pd.DataFrame:
    """Dialect distribution of the speakers (table 1 of the paper).

    Args:
        manifest: a row for each utterance with the columns speaker, dialect_region and sex
            (``"F"``, ``"M"`` or missing).

    Returns:
        A row for each dialect region, then a row ``"Total"``: dialect_region, speakers,
        male_percent and female_percent of the region's speakers, overall_percent of all speakers
        that have a region. No row when no speaker has one.
    """
    speakers = manifest.dropna(subset=["dialect_region"]).drop_duplicates("speaker")
    groups = [(str(region), group) for region, group in speakers.groupby("dialect_region")]
    if groups:
        groups.append(("Total", speakers))
    rows = [
        {
            "dialect_region": region,
            "speakers": len(group),
            "male_percent": 100.0 * (group["sex"] == "M").mean(),
            "female_percent": 100.0 * (group["sex"] == "F").mean(),
            "overall_percent": 100.0 * len(group) / len(speakers),
        }
        for region, group in groups
    ]
    return pd.DataFrame(rows, columns=list(_COLUMN_TYPES)).astype(_COLUMN_TYPES)
