"""A platform's side of the file drop, with the standard library only. Nothing of the product is imported here.

``python program.py FOLDER take|send|settle|sheet ...`` prints what it did as one line of JSON. Its own memory is a JSON
file beside its folder, so that it may be ended and started again at any time.
"""

import argparse
import csv
import hashlib
import io
import json
import sys
from pathlib import Path

CONTROL = ["SOURCE_RECORD_ID", "M_VERSION", "OP", "ROW_HASH", "PROVIDE_UNIT_NAME"]


def canonical(value):
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def row_hash(record, revision, operation, fmt, cells):
    filled = {name: text for name, text in cells.items() if text}
    return sha256(canonical([record, revision, operation, fmt, filled]))


def digest(rows):
    return sha256(canonical(sorted([record, revision, value] for record, revision, value in rows)))


def bucket(record):
    return int.from_bytes(hashlib.sha256(record.encode()).digest()[:2], "big") >> 4


def sheet(owner, rows):
    buckets = {}
    for row in rows:
        buckets.setdefault(str(bucket(row[0])), []).append(row)
    return {"owner": owner, "buckets": {number: digest(rows) for number, rows in buckets.items()}}


class Platform:
    def __init__(self, folder, node, me):
        self.node, self.me = node, me
        self.inward, self.outward = Path(folder, f"to-{me}"), Path(folder, f"to-{node}")
        self.inward.mkdir(exist_ok=True)
        self.outward.mkdir(exist_ok=True)
        self.memory_file = Path(folder).parent / f"{me}-memory.json"
        self.memory = {"held": {}, "sent": {}, "sequence": 0, "settled": []}
        if self.memory_file.exists():
            self.memory = json.loads(self.memory_file.read_text("utf-8"))

    def remember(self):
        draft = self.memory_file.with_suffix(".part")
        draft.write_text(json.dumps(self.memory), "utf-8")
        draft.replace(self.memory_file)

    def put(self, name, data):
        draft = self.outward / f".{name}.part"
        draft.write_bytes(data)
        draft.replace(self.outward / name)

    # What the node sent

    def take(self):
        """Take in every whole batch that has no receipt of ours yet; delete receipts whose batch is gone."""
        for receipt in self.outward.glob("receipt-*.json"):
            if not (self.inward / f"batch-{receipt.name[8:16]}.done").exists():
                receipt.unlink()
        taken = rejected = 0
        for mark in sorted(self.inward.glob("batch-*.done")):
            number = mark.name[6:14]
            if not (self.outward / f"receipt-{number}.json").exists():
                lines = self.take_batch(number)
                taken += len(lines)
                rejected += sum(line["outcome"] == "rejected" for line in lines)
        return {"taken": taken, "rejected": rejected, "held": len(self.memory["held"])}

    def take_batch(self, number):
        manifest = json.loads((self.inward / f"batch-{number}.manifest.json").read_text("utf-8"))
        assert (manifest["from"], manifest["to"]) == (self.node, self.me)
        rows = []
        for entry in manifest["files"]:
            data = (self.inward / entry["name"]).read_bytes()
            assert sha256(data) == entry["sha256"]
            read = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))
            assert len(read) == entry["rows"]
            rows += [(entry["format"], row) for row in read]
        assert len(rows) == manifest["records"]
        lines = [self.take_row(fmt, row) for fmt, row in rows]
        stated = [(row["SOURCE_RECORD_ID"], int(row["M_VERSION"]), row["ROW_HASH"]) for _, row in rows]
        assert digest(stated) == manifest["digest"]
        self.remember()
        accepted = sum(line["outcome"] in ("accepted", "duplicate", "stale") for line in lines)
        counts = {"sent": len(lines), "accepted": accepted, "rejected": len(lines) - accepted, "pending": 0}
        answer = {"from": self.me, "to": self.node, "sequence": manifest["sequence"], "digest": manifest["digest"]}
        self.put(f"receipt-{number}.json", json.dumps(answer | {"counts": counts, "lines": lines}).encode())
        return lines

    def take_row(self, fmt, row):
        record, revision, operation = row["SOURCE_RECORD_ID"], int(row["M_VERSION"]), row["OP"]
        line = {"record": record, "revision": revision}
        cells = {name: text for name, text in row.items() if name not in CONTROL}
        value = row_hash(record, revision, operation, fmt, cells)
        if value != row["ROW_HASH"]:
            return line | {"outcome": "rejected", "code": "hash", "message": "ROW_HASH differs"}
        if not row["PROVIDE_UNIT_NAME"]:
            return line | {"outcome": "rejected", "code": "source", "message": "no source named"}
        known = self.memory["held"].get(record)
        if known and known[0] == revision:
            same = known[1] == value
            return line | {"outcome": "duplicate" if same else "conflict"}
        if known and known[0] > revision:
            return line | {"outcome": "stale"}
        if cells.get("CF_WSH", "").endswith("9999号"):
            return line | {"outcome": "rejected", "code": "1001", "message": "未查询到主体或查询到的主体信息不匹配"}
        self.memory["held"][record] = [revision, value, operation]
        return line | {"outcome": "accepted"}

    # What we send

    def send(self, fmt, rows, full=False, columns=None):
        """Write a batch of (record, revision, operation, cells)."""
        self.memory["sequence"] += 1
        number = f"{self.memory['sequence']:08d}"
        columns = columns or list(dict.fromkeys(name for row in rows for name in row[3]))
        out = io.StringIO(newline="")
        writer = csv.writer(out)
        writer.writerow(CONTROL + columns)
        stated = []
        for record, revision, operation, cells in rows:
            value = row_hash(record, revision, operation, fmt, cells)
            stated.append((record, revision, value))
            control = [record, revision, operation, value, "盐城市虚构信用平台"]
            writer.writerow(control + [cells.get(name, "") for name in columns])
            self.memory["sent"][record] = [revision, value]
        data = out.getvalue().encode()
        name = f"batch-{number}-{fmt}.csv"
        entry = {"name": name, "format": fmt, "rows": len(rows), "sha256": sha256(data)}
        manifest = {"from": self.me, "to": self.node, "sequence": int(number), "kind": "full" if full else "delta"}
        manifest |= {"records": len(rows), "digest": digest(stated), "files": [entry]}
        self.remember()
        self.put(name, data)
        self.put(f"batch-{number}.manifest.json", json.dumps(manifest).encode())
        self.put(f"batch-{number}.done", b"")
        return {"sequence": int(number), "rows": len(rows)}

    def settle(self):
        """Read the receipts to our batches, and clear away what is answered whole."""
        outcomes = {}
        for path in sorted(self.inward.glob("receipt-*.json")):
            number = path.name[8:16]
            receipt = json.loads(path.read_text("utf-8"))
            counts = receipt["counts"]
            assert counts["sent"] == counts["accepted"] + counts["rejected"] + counts["pending"]
            if receipt.get("refused"):
                outcomes[f"refused:{receipt['refused']}"] = outcomes.get(f"refused:{receipt['refused']}", 0) + 1
            for line in receipt["lines"]:
                key = line["outcome"] + (f":{line['code']}" if line.get("code") else "")
                outcomes[key] = outcomes.get(key, 0) + 1
            if not counts["pending"]:
                (self.outward / f"batch-{number}.done").unlink(missing_ok=True)
                for rest in self.outward.glob(f"batch-{number}*"):
                    rest.unlink()
        return {"outcomes": outcomes}

    # Reconciliation

    def show_holdings(self):
        """Write our sheet about the node's records, and the rows of the buckets that it asks for."""
        rows = [(record, held[0], held[1]) for record, held in self.memory["held"].items()]
        data = canonical(sheet(self.node, rows))
        self.put("sheet.json", data)
        request = self.inward / "sheet-request.json"
        if request.exists():
            asked = json.loads(request.read_text("utf-8"))
            if asked["sheet"] == sha256(data):
                chosen = [row for row in rows if bucket(row[0]) in asked["buckets"]]
                self.put("sheet-rows.json", json.dumps({"sheet": asked["sheet"], "records": chosen}).encode())
        return {"held": len(rows)}

    def compare(self):
        """Compare the node's sheet about our records with what we sent: which buckets differ."""
        own = [(record, sent[0], sent[1]) for record, sent in self.memory["sent"].items()]
        theirs = json.loads((self.inward / "sheet.json").read_text("utf-8"))["buckets"]
        ours = sheet(self.me, own)["buckets"]
        return {"differ": sorted(k for k in ours.keys() | theirs.keys() if ours.get(k) != theirs.get(k))}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder")
    parser.add_argument("act", choices=["take", "send", "settle", "holdings", "compare"])
    parser.add_argument("--node", default="city")
    parser.add_argument("--me", default="platform")
    parser.add_argument("--rows", help="JSON file: format and rows")
    parser.add_argument("--full", action="store_true")
    given = parser.parse_args()
    platform = Platform(given.folder, given.node, given.me)
    if given.act == "send":
        stated = json.loads(Path(given.rows).read_text("utf-8"))
        done = platform.send(stated["format"], stated["rows"], given.full)
    else:
        acts = {"take": platform.take, "settle": platform.settle}
        done = (acts | {"holdings": platform.show_holdings, "compare": platform.compare})[given.act]()
    sys.stdout.write(json.dumps(done, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
