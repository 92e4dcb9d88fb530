"""The shape of what authors write: nodes in, checked values out, problems collected on the way."""
