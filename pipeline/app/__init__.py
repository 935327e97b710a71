"""An app looked into: are its model, dictionary and Paddle-Lite those that this project's files need?"""
