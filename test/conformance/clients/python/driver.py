"""Calls DLI through the vendor's Python SDK. The first line of standard input says where and as whom; each further line is
one call, and one line of standard output is its answer. Requests are the SDK's own objects, filled by its own reader.
"""
import json
import re
import sys
from importlib.metadata import version

from huaweicloudsdkcore.auth.credentials import BasicCredentials as KeyCredentials
from huaweicloudsdkcore.exceptions.exceptions import ServiceResponseException
from huaweicloudsdkcore.http.http_handler import HttpHandler
from huaweicloudsdkcore.signer.signer import Signer
from huaweicloudsdkcore.utils.http_utils import sanitize_for_serialization
from huaweicloudsdkdli.v1 import DliClient


class BasicCredentials(KeyCredentials):
    """A token in place of a signature, for which the SDK has no way of its own. It knows credentials by their class name."""

    def __init__(self, token, project_id):
        super().__init__("unused", "unused", project_id)
        self._token = token

    def sign_request(self, request):
        request.header_params["X-Auth-Token"] = self._token
        Signer.process_request_uri(request)
        return request


def main():
    place = json.loads(sys.stdin.readline())
    exchange = Exchange(place)
    tell({"version": version("huaweicloudsdkdli"), "operations": exchange.operations()})
    for line in sys.stdin:
        wish = json.loads(line)
        tell(exchange.call(wish["operation"], wish["fields"]))


def tell(value):
    print(json.dumps(value, default=float), flush=True)


class Exchange:
    def __init__(self, place):
        self._raw = None
        handler = HttpHandler().add_response_handler(self._keep)
        builder = DliClient.new_builder().with_endpoint(place["endpoint"]).with_http_handler(handler)
        self._client = builder.with_credentials(credentials_of(place)).build()

    def operations(self):
        return [name for name in dir(self._client) if hasattr(self._client, f"{name}_invoker")]

    def call(self, operation, fields):
        method = getattr(self._client, snake(operation))
        request = self._request(operation[0].upper() + operation[1:], fields)
        try:
            answer = {"read": sanitize_for_serialization(method(request))}
        except ServiceResponseException as error:
            answer = {"error": {"code": error.error_code, "message": error.error_msg, "requestId": error.request_id}}
        return {**answer, "status": self._raw.status_code, "text": self._raw.text, "path": self._raw.request.path_url}

    def _keep(self, response, **_):
        self._raw = response

    def _request(self, name, fields):
        """Path, query and body in one; a name that is in none of them is a mistake of the caller."""
        request = self._client._deserialize(fields, f"{name}Request")
        body = getattr(request, "body", None)
        known = {*request.attribute_map.values(), *(body.attribute_map.values() if body else [])}
        if fields.keys() - known:
            raise ValueError(f"{name} has no {fields.keys() - known}")
        return request


def credentials_of(place):
    if "token" in place:
        return BasicCredentials(place["token"], place["projectId"])
    return KeyCredentials(place["ak"], place["sk"], place["projectId"])


def snake(name):
    return re.sub("[A-Z]", lambda letter: "_" + letter.group().lower(), name)


main()
