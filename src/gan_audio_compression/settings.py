"""What this project asks of Kedro: its hooks and how it reads its configuration."""

from typing import Any

from omegaconf.resolvers import oc

from gan_audio_compression.hooks import ProjectHooks

HOOKS = (ProjectHooks(),)

CONFIG_LOADER_ARGS: dict[str, Any] = {
    "base_env": "base",
    "default_run_env": "local",
    # Where data lie may be said by the environment of a container or a scheduler's task.
    "custom_resolvers": {"oc.env": oc.env},
    "config_patterns": {"mlflow": ["mlflow*"]},
    # An environment says only what it changes.
    "merge_strategy": {"parameters": "soft", "mlflow": "soft"},
}
