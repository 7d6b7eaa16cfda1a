"""The page of `tfdeblur demo`: anyone can try a network on a photo of their own in a browser.

`page.html` is all of what a browser shows; `application` answers its requests, one photo at
a time; `restoration` turns an upload into an answer; `serving` listens until it is asked to
end. Nothing of a visitor is kept: a photo is in memory while it waits and is restored, and in
a temporary file only while it is read or written.
"""
