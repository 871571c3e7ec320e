"""Pictures and PDFs, the folders they lie in, and where messages find them."""

from __future__ import annotations

import struct
from typing import Any

import httpx
import pytest

from simulator.workspace.asset_files import LARGEST, fault_of

GIF = b"GIF89a\x01\x00\x01\x00" + b"\x00" * 20


@pytest.fixture
def app(serving) -> Any:
    serving.admin("POST", "/_limits", {"app": 0})
    return serving


def upload(serving: Any, name: str = "dot.gif", data: bytes = GIF, kind: str = "image/gif", **fields: str) -> httpx.Response:  # fmt: skip
    headers = {"Authorization": f"Bearer {serving.prod['app_key']}"}
    return serving.client.post("/app/v1/assets/files", files={"file": (name, data, kind)}, data=fields, headers=headers)


def test_a_picture_is_kept_and_served_as_it_came(app):
    data = GIF + bytes(range(256)) * 40 + b"\r\n--\r\n"
    asset = upload(app, data=data).json()["asset"]
    assert (asset["name"], asset["size"], asset["parent_folder_id"]) == ("dot.gif", len(data), None)
    found = httpx.get(asset["path"], trust_env=False)
    assert (found.status_code, found.content, found.headers["content-type"]) == (200, data, "image/gif")
    assert found.headers["x-content-type-options"] == "nosniff"
    assert app.client.get("/_assets/prod/999").status_code == app.client.get("/_assets/prod/x").status_code == 404


def test_files_lie_in_folders_and_lists_look_into_them(app):
    outer = app.app("POST", "/v1/assets/folders", {"name": "Season"}).json()["folder"]["id"]
    inner = app.app("POST", "/v1/assets/folders", {"name": "May", "parent_folder_id": outer}).json()["folder"]["id"]
    upload(app, name="top.gif")
    upload(app, name="deep.gif", parent_folder_id=str(inner))
    upload(app, name="one.gif", parent_folder_id=str(outer))

    def names(query: str) -> list[str]:
        return [one["name"] for one in app.app("GET", f"/v1/assets{query}").json()["assets"]]

    assert names("") == ["top.gif", "deep.gif", "one.gif"]
    assert names("?direct_descendants_only=true") == ["top.gif"]
    assert names(f"?parent_folder_id={outer}") == ["deep.gif", "one.gif"]
    assert names(f"?parent_folder_id={outer}&direct_descendants_only=true") == ["one.gif"]
    page = app.app("GET", "/v1/assets?page=2&limit=2").json()
    assert [one["name"] for one in page["assets"]] == ["one.gif"]
    assert page["meta"] == {
        "pagination": {"page": 2, "limit": 2, "total": 3},
        "filters": {"parent_folder_id": None, "direct_descendants_only": False},
    }
    folders = app.app("GET", f"/v1/assets/folders?parent_folder_id={outer}").json()["folders"]
    assert [one["id"] for one in folders] == [inner]


def test_a_folder_goes_only_when_nothing_lies_in_it(app):
    folder = app.app("POST", "/v1/assets/folders", {"name": "Season"}).json()["folder"]["id"]
    asset = upload(app, parent_folder_id=str(folder)).json()["asset"]["id"]
    assert app.app("DELETE", f"/v1/assets/folders/{folder}").status_code == 409
    assert app.app("PUT", f"/v1/assets/files/{asset}", {"parent_folder_id": None, "name": " New "}).status_code == 204
    assert app.app("GET", f"/v1/assets/files/{asset}").json()["asset"]["name"] == "New"
    assert app.app("DELETE", f"/v1/assets/folders/{folder}").status_code == 204
    assert app.app("DELETE", f"/v1/assets/files/{asset}").status_code == 204
    assert app.app("GET", f"/v1/assets/files/{asset}").status_code == 404


def test_a_folder_cannot_be_moved_into_itself(app):
    outer = app.app("POST", "/v1/assets/folders", {"name": "A"}).json()["folder"]["id"]
    inner = app.app("POST", "/v1/assets/folders", {"name": "B", "parent_folder_id": outer}).json()["folder"]["id"]
    for target in (outer, inner):
        assert app.app("PUT", f"/v1/assets/folders/{outer}", {"parent_folder_id": target}).status_code == 409
    assert app.app("PUT", f"/v1/assets/folders/{inner}", {"parent_folder_id": None}).status_code == 204
    assert app.app("GET", f"/v1/assets/folders/{inner}").json()["folder"]["parent_folder_id"] is None


@pytest.mark.parametrize("body", [{}, {"name": " "}, {"other": 1}])
def test_a_change_that_says_nothing_is_refused(app, body: Any):
    folder = app.app("POST", "/v1/assets/folders", {"name": "A"}).json()["folder"]["id"]
    assert app.app("PUT", f"/v1/assets/folders/{folder}", body).status_code == 400


def test_what_is_no_upload_is_refused(app):
    key = {"Authorization": f"Bearer {app.prod['app_key']}"}
    form = {**key, "Content-Type": "multipart/form-data; boundary=x"}
    for headers, content in (
        (key, b"GIF89a"),
        ({**key, "Content-Type": "multipart/form-data"}, b"--x"),
        (form, b"nothing of the kind"),
        (form, b'--x\r\nContent-Disposition: form-data; name="name"\r\n\r\nno file\r\n--x--\r\n'),
    ):
        assert app.client.post("/app/v1/assets/files", content=content, headers=headers).status_code == 400
    assert upload(app, parent_folder_id="x").status_code == 400
    assert upload(app, parent_folder_id="77").status_code == 404
    assert upload(app, name=" ").status_code == 400
    assert app.app("POST", "/v1/assets/folders", {"name": " "}).status_code == 400
    assert app.app("GET", "/v1/assets").json()["meta"]["pagination"]["total"] == 0


def test_a_name_of_its_own_goes_before_the_name_of_the_file(app):
    assert upload(app, name="x.pdf", data=b"%PDF-1.7", kind="application/pdf", parent_folder_id="0").json()["asset"][
        "name"
    ] == "x.pdf"  # fmt: skip
    headers = {"Authorization": f"Bearer {app.prod['app_key']}"}
    files = {"file": ("x.gif", GIF, "image/gif"), "name": (None, "Dot")}
    assert app.client.post("/app/v1/assets/files", files=files, headers=headers).json()["asset"]["name"] == "Dot"


def png(width: int, height: int) -> bytes:
    return b"\x89PNG\r\n\x1a\n" + b"\x00\x00\x00\rIHDR" + struct.pack(">II", width, height)


def jpeg(width: int, height: int) -> bytes:
    return b"\xff\xd8\xff\xe0\x00\x04ab" + b"\xff\xc0\x00\x11\x08" + struct.pack(">HH", height, width)


@pytest.mark.parametrize(
    ("data", "kind", "said"),
    [
        (png(10, 4096), "image/png", None),
        (png(4097, 10), "image/png", "4096 pixels"),
        (jpeg(10, 10), "image/jpeg", None),
        (jpeg(10, 5000), "image/jpg", "4096 pixels"),
        (jpeg(10, 10)[:6], "image/jpeg", None),
        (b"BM" + b"\x00" * 16 + struct.pack("<ii", 10, -5000), "image/bmp", "4096 pixels"),
        (b"BM", "image/bmp", None),
        (b"GIF87a" + struct.pack("<HH", 5000, 1), "image/gif", "4096 pixels"),
        (b"GIF87a" + b"\x00" * LARGEST, "image/gif", "2 MB"),
        (b"%PDF-1.7", "application/pdf; x=y", None),
        (b"<svg>", "image/svg+xml", "file type"),
        (b"hello", "image/png", "no picture"),
    ],
)
def test_only_pictures_and_pdfs_of_some_size_are_taken(data: bytes, kind: str, said: str | None):
    fault = fault_of(data, kind)
    assert (fault is None) if said is None else (fault is not None and said in fault)
