"""What this project asks of Kedro: its hooks and how it reads its configuration."""

import warnings
from typing import Any

from gan_audio_compression.hooks import ProjectHooks

# Kedro 1.7 still calls what OmegaConf 2.4 deprecates; nobody who runs the project can mend that.
warnings.filterwarnings("ignore", message=r"\s*register_new_resolver\(\)", category=UserWarning)

HOOKS = (ProjectHooks(),)

CONFIG_LOADER_ARGS: dict[str, Any] = {
    "base_env": "base",
    "default_run_env": "local",
    "config_patterns": {"mlflow": ["mlflow*"]},
    # An environment says only what it changes.
    "merge_strategy": {"parameters": "soft", "mlflow": "soft"},
}
