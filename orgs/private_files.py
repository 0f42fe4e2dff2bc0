"""Where private files lie: each is whole or not there."""

import os
from pathlib import Path
from typing import Any

from django.core.files.base import File
from django.core.files.storage import FileSystemStorage


class PrivateStorage(FileSystemStorage):
    """Writes beside the name and renames, so that a full disk leaves no half file."""

    def _save(self, name: str, content: "File[Any]") -> str:
        target = Path(self.path(name))
        part = target.with_name(f"{target.name}.part")
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            with part.open("wb") as out:
                for chunk in content.chunks():
                    out.write(chunk)
                out.flush()
                os.fsync(out.fileno())
            if self.file_permissions_mode is not None:
                part.chmod(self.file_permissions_mode)
            part.rename(target)
        except BaseException:
            part.unlink(missing_ok=True)
            raise
        return name
