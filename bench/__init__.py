"""One script per question; each prints its figure beside the limit measured in the same run."""
