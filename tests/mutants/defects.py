"""Planted defects of the row exchange: a place in the source, what it is changed to, and the test that must notice."""

from dataclasses import dataclass

DROP, FRONT = "tests/sync/platforms/test_file_drop.py", "tests/sync/platforms/test_front_end.py"
HOSTILE, TRIPS = "tests/sync/platforms/test_hostile_files.py", "tests/domain/exchange/formats/test_round_trips.py"

REPORTS, SFTP = "tests/sync/platforms/test_measure_reports.py", "tests/sync/platforms/test_sftp.py"


@dataclass(frozen=True)
class Defect:
    """One defect. ``test``: a node of pytest that passes on the sound source and must fail on the changed one."""

    name: str
    file: str
    before: str
    after: str
    test: str


OUT, IN = "registry/services/exchange/row_outbox.py", "registry/services/exchange/row_inbox.py"
BATCH, KNOWN = "registry/domain/exchange/row_batch.py", "registry/domain/exchange/formats/known.py"
MODEL, CF = "registry/domain/exchange/formats/model.py", "registry/domain/exchange/formats/penalties.py"
FILES = "sync/file_drop.py"
DEFECTS = (
    Defect(
        "a prepared batch is forgotten",
        OUT,
        "row_batches.prepared(work.session, peer.id) or _begin_batch(work, peer)",
        "_begin_batch(work, peer)",
        f"{FRONT}::TestSending::test_writes_a_batch_once_when_it_was_killed_before_noting_it",
    ),
    Defect(
        "removals wait behind new records",
        OUT,
        '.order_by(Publication.state == "published", Publication.from_entry)',
        ".order_by(Publication.from_entry)",
        f"{DROP}::TestSending::test_sends_a_removal_first_and_names_the_source_of_every_row",
    ),
    Defect(
        "a receipt settles another batch",
        OUT,
        "if batch is None or batch.digest != receipt.digest:",
        "if batch is None:",
        f"{DROP}::TestSending::test_settles_nothing_by_a_receipt_that_is_not_of_its_batch",
    ),
    Defect(
        "counts are not added up",
        OUT,
        "if not row_batch.has_consistent_counts(receipt):",
        "if False:",
        f"{DROP}::TestSending::test_settles_nothing_by_a_receipt_that_is_not_of_its_batch",
    ),
    Defect(
        "a pause stops nothing",
        OUT,
        "if peer.paused_because or (",
        "if (",
        f"{DROP}::TestSending::test_is_stopped_by_a_pause_until_a_release",
    ),
    Defect(
        "the platform's code is dropped",
        OUT,
        "(line.code, line.message)",
        '("", line.message)',
        f"{DROP}::TestSending::test_keeps_the_platforms_own_code",
    ),
    Defect(
        "a refused batch is sent again at once",
        "sync/row_exchange.py",
        "            _back_off(code)\n",
        "",
        f"{DROP}::TestSending::test_puts_a_refused_batch_back_and_waits",
    ),
    Defect(
        "two contents under one revision are taken",
        IN,
        "if any(one.revision == message.revision for one in accepted):",
        "if False:",
        f"{DROP}::TestTakingIn::test_reports_two_contents_under_one_revision",
    ),
    Defect(
        "a platform takes a decision back",
        IN,
        'if message.operation == "D":',
        "if False:",
        f"{DROP}::TestTakingIn::test_leaves_to_a_person_to_take_back_a_decision",
    ),
    Defect(
        "any format is taken",
        IN,
        "if fmt is None or message.format not in self.peer.formats_in:",
        "if fmt is None:",
        f"{DROP}::TestTakingIn::test_refuses_a_format_that_was_not_agreed",
    ),
    Defect(
        "an empty feed empties the list",
        IN,
        "is_emptied or revision.is_mass_removal",
        "revision.is_mass_removal",
        f"{DROP}::TestFullFeed::test_that_is_empty_overwrites_nothing",
    ),
    Defect(
        "a feed may lack any share",
        IN,
        "if is_too_much and not",
        "if is_emptied and is_too_much and not",
        f"{DROP}::TestFullFeed::test_that_suddenly_holds_five_percent_pauses_the_peer_and_takes_nothing",
    ),
    Defect(
        "what cannot be read has left",
        IN,
        "is_full = batch.is_full and all(",
        "is_full = batch.is_full or all(",
        f"{DROP}::TestFullFeed::test_lets_nothing_leave_while_one_of_its_rows_cannot_be_read",
    ),
    Defect(
        "rows lie unsealed",
        IN,
        '"envelope": seal_text(work, kept),',
        '"envelope": kept.decode(),',
        f"{DROP}::TestTakingIn::test_keeps_the_rows_sealed",
    ),
    Defect(
        "a row's hash is not checked",
        BATCH,
        "if message.hash != stated:",
        "if False:",
        f"{HOSTILE}::TestHostileFolder::test_quarantines_a_row_whose_hash_is_wrong",
    ),
    Defect(
        "a name may lead elsewhere",
        BATCH,
        r"^batch-[0-9]{8}-[a-z0-9-]{1,40}\.(csv|xlsx|xml)$",
        r"^.*$",
        f"{HOSTILE}::TestHostileFolder::test_refuses_a_name_that_leads_elsewhere",
    ),
    Defect(
        "links are followed",
        "sync/drop_folder.py",
        "os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK",
        "os.O_RDONLY | os.O_NONBLOCK",
        f"{HOSTILE}::TestHostileFolder::test_follows_no_link_and_waits_for_no_pipe",
    ),
    Defect(
        "a file's digest is not checked",
        FILES,
        "if hashlib.sha256(data).hexdigest() != entry.sha256:",
        "if False:",
        f"{HOSTILE}::TestHostileFolder::test_refuses_a_file_that_was_changed",
    ),
    Defect(
        "a manifest may lie about its rows",
        FILES,
        "if len(rows) != manifest.records or",
        "if",
        f"{HOSTILE}::TestHostileFolder::test_refuses_a_manifest_that_lies",
    ),
    Defect(
        "half a batch is taken",
        FILES,
        r're.compile(r"batch-([0-9]{8})\.done")',
        r're.compile(r"batch-([0-9]{8})\.manifest\.json")',
        f"{HOSTILE}::TestHostileFolder::test_waits_for_the_mark",
    ),
    Defect(
        "a platform sees every sector",
        KNOWN,
        'is_in_sector = not sectors or bool(set(sectors) & set(body["sectors"]))',
        "is_in_sector = True",
        f"{DROP}::TestSending::test_tells_nothing_that_the_terms_do_not_reach",
    ),
    Defect(
        "a last day is a day late",
        MODEL,
        "(dt.date.fromisoformat(first_day_after) - _ONE_DAY)",
        "dt.date.fromisoformat(first_day_after)",
        f"{TRIPS}::TestRoundTrip::test_brings_back_what_a_format_of_penalties_keeps",
    ),
    Defect(
        "a fine is rounded",
        CF,
        "{rest:06d}",
        "{rest // 100:04d}",
        f"{TRIPS}::TestWriting::test_states_a_fine_in_ten_thousand_yuan_exactly",
    ),
    Defect(
        "a ban is lost",
        CF,
        '_BAN + "、".join(bans) if bans else ""',
        '""',
        f"{TRIPS}::TestWriting::test_loses_no_ban",
    ),
    Defect(
        "an unknown code is taken for nothing",
        MODEL,
        'if row.get(table, "").strip() and',
        "if False and",
        f"{TRIPS}::TestReading::test_quarantines_a_code_that_no_table_has",
    ),
    Defect(
        "an empty table of holdings means that all is lost",
        "sync/front_end.py",
        "if not rows and own:",
        "if False:",
        f"{FRONT}::TestReconciling::test_says_nothing_while_the_table_is_empty",
    ),
    Defect(
        "claimed rows are forgotten after a crash",
        "sync/front_end.py",
        "in_((NEW, TAKEN))",
        "in_((NEW,))",
        f"{FRONT}::TestTakingIn::test_takes_again_what_was_claimed_and_not_answered",
    ),
    Defect(
        "what was lost is not offered again",
        "sync/front_end.py",
        "                _set_status(connection, table, sorted(there.values()), NEW)\n",
        "",
        f"{FRONT}::TestReconciling::test_sends_again_what_the_platform_lost",
    ),
    Defect(
        "what is missing at a platform is not sent again",
        "registry/services/exchange/reconciliations.py",
        "promised = outbox.queue_again(work, peer, lost)",
        "promised = 0",
        f"{DROP}::TestReconciling::test_sends_again_what_the_platform_lost",
    ),
    Defect(
        "a database address may hold a password",
        "registry/services/exchange/platform_address.py",
        "address.password is None and ",
        "",
        f"{FRONT}::TestAddress::test_takes_what_can_be_kept_and_shown_in_clear",
    ),
    Defect(
        "a platform reports on what it was never told of",
        "registry/queries/exchange/measure_reports.py",
        "condition, delivery.exists()",
        "condition, Publication.id > 0",
        f"{REPORTS}::TestQuarantined::test_waits_with_the_reason_and_stops_no_other",
    ),
    Defect(
        "a report is kept with another's record",
        "registry/services/exchange/measure_reports.py",
        "return reported.uscc == publication.uscc",
        "return True",
        f"{REPORTS}::TestQuarantined::test_waits_with_the_reason_and_stops_no_other",
    ),
    Defect(
        "any SFTP server is the platform's",
        "sync/sftp_folder.py",
        'return key.get_fingerprint("sha256") in self._host_keys',
        "return True",
        f"{SFTP}::TestServer::test_with_another_key_than_the_pinned_is_not_signed_in_at",
    ),
    Defect(
        "a listing may lead elsewhere",
        "sync/sftp_folder.py",
        "if not is_safe:",
        "if False:",
        f"{SFTP}::TestFiles::test_with_a_path_in_their_name_refuse_the_listing",
    ),
)
