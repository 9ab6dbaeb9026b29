"""The depth view: records of layers, theory beside them, a verdict, text and picture."""
