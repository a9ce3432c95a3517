"""Start sync-worker: `python -m sync_worker`."""

from servicekit.serve import serve

from sync_worker.app import create_app
from sync_worker.settings import Settings

if __name__ == "__main__":
    serve(create_app, Settings, "sync-worker")
