from tests.factories.filings import BanFactory


class TestFile:
    def test_files_and_publishes_after_a_second_person(self, client, people):
        filed = client.post("/api/v1/penalties", json=BanFactory(), headers=people["clerk"].headers)
        assert filed.status_code == 201, filed.get_json()
        number = filed.get_json()["id"]
        assert client.get(f"/api/v1/records/{number}").status_code == 404
        done = client.put(f"/api/v1/penalties/{number}/verification", headers=people["verifier"].headers)
        assert done.status_code == 200
        assert client.get(f"/api/v1/records/{number}").status_code == 200
