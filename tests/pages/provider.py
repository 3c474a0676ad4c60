"""`python -m tests.pages.provider PORT`: a real OpenID provider, in a process of its own.

Besides what it is, it does two things when a test asks it to: it takes another key, and it signs claims with its own.
"""

from __future__ import annotations

import os
import sys
import warnings


def main(port: int) -> None:
    # It says that the issuer is where it is asked, and no TLS is there.
    os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"
    # The provider's own use of a module that authlib means to drop.
    warnings.filterwarnings("ignore", module="oidc_provider_mock")
    import flask
    import oidc_provider_mock
    from authlib.jose import JsonWebToken, RSAKey
    from oidc_provider_mock._storage import storage

    made = oidc_provider_mock.app()

    def rotate() -> str:
        storage.jwk = RSAKey.generate_key(is_private=True)
        return ""

    def sign() -> str:
        asked = flask.request.get_json()
        key = RSAKey.generate_key(is_private=True) if asked.get("by") == "another" else storage.jwk
        header = {"alg": "RS256", "kid": storage.jwk.thumbprint()}
        return str(JsonWebToken(["RS256"]).encode(header, asked["claims"], key).decode())

    made.add_url_rule("/rotate", view_func=rotate, methods=["POST"])
    made.add_url_rule("/sign", view_func=sign, methods=["POST"])
    made.run("127.0.0.1", port, debug=False, use_reloader=False)


if __name__ == "__main__":
    main(int(sys.argv[1]))
