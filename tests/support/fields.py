"""Which exhibits have a grid."""

from __future__ import annotations

import models
from models.contract import FieldModel

FIELDS = [name for name in models.names() if issubclass(models.get(name), FieldModel)]
GRIDLESS = [name for name in models.names() if name not in FIELDS]
