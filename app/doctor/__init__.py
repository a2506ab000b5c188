"""`main.py doctor`: is this computer fit for the exhibit, and if not, what is to be done?"""
