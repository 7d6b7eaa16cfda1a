"""The page of `tfdeblur demo`: anyone can try a network on a photo of their own in a browser.

`visits` keeps what visitors upload, apart from each other and not for long, in a `folder`
that goes with the server; `restoration` turns an upload into what is shown. They know nothing
of Gradio, with which `page` lays it out and `serving` serves it at an `address`.
"""
