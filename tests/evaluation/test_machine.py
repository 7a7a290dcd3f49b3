"""What figures were made on."""

import platform

from gan_audio_compression.evaluation.machine import describe_machine


def test_facts_have_values_and_versions() -> None:
    facts = describe_machine()
    assert all(facts.values())
    assert facts["Python"] == platform.python_version()
    assert int(facts["Cores"]) >= 1
    assert "not installed" not in facts.values()
