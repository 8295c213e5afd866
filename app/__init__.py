"""The face: the `deskhand` command and the workstation. Textual lives here and nowhere else."""
