"""Forms as data (biểu mẫu điện tử): what is asked, on which page, and whether what was answered is right.

A form is a JSON Schema 2020-12 of its answers and a closed description of its pages; neither holds code.
"""
