"""A room: a model, the visitors who stir it, and the frames they see."""
