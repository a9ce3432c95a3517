"""Questions with known answers, put to whatever model is given: how often it is right, and says from where."""
