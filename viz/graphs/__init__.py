"""Pictures of a tape: a snapshot of its rows as a diagram, a layout, a drawing."""
