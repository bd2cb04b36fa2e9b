"""What norikae says in sentences, in Japanese: English text, as the sources have it, to the same in Japanese.

What a text names stands in braces, by the same name in both; ``norikae.chat.translated`` finds it there, and a test
(``tests/unit/chat/test_japanese.py``) that each sentence of the sources is here and that nothing else is.
"""
