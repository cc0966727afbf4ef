CREATE TABLE api_keys (
    id INTEGER NOT NULL,
    name TEXT NOT NULL,
    key_hash TEXT NOT NULL,
    scopes JSON NOT NULL,
    made_by TEXT NOT NULL,
    made_at DATETIME NOT NULL,
    expires_at DATETIME,
    used_at DATETIME,
    revoked_at DATETIME,
    CONSTRAINT pk_api_keys PRIMARY KEY (id),
    CONSTRAINT uq_api_keys_key_hash UNIQUE (key_hash)
);

CREATE INDEX ix_api_keys_made_by ON api_keys (made_by);

CREATE TABLE articles (
    id INTEGER NOT NULL,
    uid TEXT NOT NULL,
    slug TEXT NOT NULL,
    source TEXT NOT NULL,
    source_key TEXT NOT NULL,
    key_is_explicit BOOLEAN NOT NULL,
    fingerprint TEXT NOT NULL,
    title TEXT NOT NULL,
    summary TEXT NOT NULL,
    body_html TEXT NOT NULL,
    body_text TEXT NOT NULL,
    author TEXT NOT NULL,
    image_url TEXT NOT NULL,
    canonical_url TEXT NOT NULL,
    status VARCHAR(20) NOT NULL,
    published_at DATETIME NOT NULL,
    updated_at DATETIME NOT NULL,
    stored_at DATETIME NOT NULL,
    changed_at DATETIME NOT NULL,
    media JSON NOT NULL,
    is_measured BOOLEAN NOT NULL,
    content_hash TEXT NOT NULL,
    CONSTRAINT pk_articles PRIMARY KEY (id),
    CONSTRAINT uq_articles_source_source_key UNIQUE (source, source_key),
    CONSTRAINT uq_articles_uid UNIQUE (uid),
    CONSTRAINT uq_articles_slug UNIQUE (slug)
);

CREATE INDEX ix_articles_changed_at ON articles (changed_at);

CREATE INDEX ix_articles_fingerprint ON articles (fingerprint);

CREATE INDEX ix_articles_is_measured ON articles (is_measured);

CREATE INDEX ix_articles_published_at ON articles (published_at, id);

CREATE INDEX ix_articles_status_published_at ON articles (status, published_at, id);

CREATE TABLE audit_log (
    id INTEGER NOT NULL,
    at DATETIME NOT NULL,
    actor_kind VARCHAR(20) NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    subject_kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    details JSON NOT NULL,
    is_long BOOLEAN NOT NULL,
    network TEXT,
    device TEXT,
    CONSTRAINT pk_audit_log PRIMARY KEY (id)
);

CREATE INDEX ix_audit_log_action ON audit_log (action, id);

CREATE INDEX ix_audit_log_actor ON audit_log (actor_kind, actor, id);

CREATE INDEX ix_audit_log_at ON audit_log (at);

CREATE INDEX ix_audit_log_subject ON audit_log (subject_kind, subject, id);

CREATE INDEX ix_audit_log_with_origin ON audit_log (at) WHERE network IS NOT NULL;

CREATE TABLE coming_editions (
    digest TEXT NOT NULL,
    story_order JSON NOT NULL,
    dropped JSON NOT NULL,
    titles JSON NOT NULL,
    introduction TEXT NOT NULL,
    is_held BOOLEAN NOT NULL,
    authors JSON NOT NULL,
    changed_at DATETIME NOT NULL,
    CONSTRAINT pk_coming_editions PRIMARY KEY (digest)
);

CREATE TABLE departures (
    id INTEGER NOT NULL,
    at DATETIME NOT NULL,
    reason TEXT NOT NULL,
    words TEXT NOT NULL,
    CONSTRAINT pk_departures PRIMARY KEY (id)
);

CREATE TABLE digest_states (
    digest TEXT NOT NULL,
    known_since DATETIME NOT NULL,
    CONSTRAINT pk_digest_states PRIMARY KEY (digest)
);

CREATE TABLE domain_uses (
    transport TEXT NOT NULL,
    domain TEXT NOT NULL,
    booked_until DATETIME NOT NULL,
    refused_in_a_row INTEGER NOT NULL,
    rests_in_a_row INTEGER NOT NULL,
    reason TEXT NOT NULL,
    rests_until DATETIME NOT NULL,
    are_tried_alone BOOLEAN NOT NULL,
    took_at DATETIME,
    greylists_until DATETIME,
    free_at DATETIME NOT NULL,
    hour DATETIME NOT NULL,
    used_in_hour INTEGER NOT NULL,
    day DATETIME NOT NULL,
    used_in_day INTEGER NOT NULL,
    CONSTRAINT pk_domain_uses PRIMARY KEY (transport, domain)
);

CREATE TABLE editions (
    id INTEGER NOT NULL,
    kind VARCHAR(20) NOT NULL,
    state VARCHAR(20) NOT NULL,
    digest TEXT,
    period TEXT,
    title TEXT NOT NULL,
    subject TEXT NOT NULL,
    body_html TEXT NOT NULL,
    introduction TEXT DEFAULT '' NOT NULL,
    topics TEXT NOT NULL,
    segment TEXT DEFAULT '' NOT NULL,
    template TEXT NOT NULL,
    transport TEXT NOT NULL,
    uncertain VARCHAR(20) NOT NULL,
    masthead JSON NOT NULL,
    content_hash TEXT NOT NULL,
    web_html TEXT NOT NULL,
    view_key TEXT DEFAULT '' NOT NULL,
    joined_to INTEGER,
    note TEXT NOT NULL,
    in_quiet_hours BOOLEAN DEFAULT 0 NOT NULL,
    approval VARCHAR(20) DEFAULT 'off' NOT NULL,
    approvals_needed INTEGER DEFAULT '0' NOT NULL,
    authors JSON DEFAULT '[]' NOT NULL,
    approval_asked_at DATETIME,
    approval_asked_about TEXT DEFAULT '' NOT NULL,
    created_at DATETIME NOT NULL,
    send_at DATETIME NOT NULL,
    fanned_out_at DATETIME,
    audience INTEGER,
    finished_at DATETIME,
    CONSTRAINT pk_editions PRIMARY KEY (id),
    CONSTRAINT uq_editions_digest_period UNIQUE (digest, period)
);

CREATE INDEX ix_editions_content_hash ON editions (content_hash);

CREATE INDEX ix_editions_joined_to ON editions (joined_to);

CREATE INDEX ix_editions_state_send_at ON editions (state, send_at);

CREATE TABLE feed_archives (
    id INTEGER NOT NULL,
    scope TEXT NOT NULL,
    number INTEGER NOT NULL,
    sealed_at DATETIME NOT NULL,
    CONSTRAINT pk_feed_archives PRIMARY KEY (id),
    CONSTRAINT uq_feed_archives_scope_number UNIQUE (scope, number)
);

CREATE TABLE feed_sources (
    url TEXT NOT NULL,
    etag TEXT NOT NULL,
    last_modified TEXT NOT NULL,
    polled_at DATETIME,
    last_error TEXT NOT NULL,
    CONSTRAINT pk_feed_sources PRIMARY KEY (url)
);

CREATE TABLE feedback_mailboxes (
    name TEXT NOT NULL,
    validity INTEGER NOT NULL,
    last INTEGER NOT NULL,
    seen JSON NOT NULL,
    read_at DATETIME NOT NULL,
    problem TEXT NOT NULL,
    CONSTRAINT pk_feedback_mailboxes PRIMARY KEY (name)
);

CREATE TABLE hub_notices (
    hub TEXT NOT NULL,
    scope TEXT NOT NULL,
    told_change DATETIME,
    told_at DATETIME,
    failures INTEGER NOT NULL,
    next_attempt_at DATETIME,
    last_error TEXT NOT NULL,
    CONSTRAINT pk_hub_notices PRIMARY KEY (hub, scope)
);

CREATE TABLE imports (
    id INTEGER NOT NULL,
    file TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    consent TEXT NOT NULL,
    report JSON NOT NULL,
    outcomes JSON NOT NULL,
    begun_at DATETIME NOT NULL,
    finished_at DATETIME,
    undone_at DATETIME,
    CONSTRAINT pk_imports PRIMARY KEY (id)
);

CREATE INDEX ix_imports_sha256 ON imports (sha256);

CREATE TABLE list_uploads (
    id INTEGER NOT NULL,
    file TEXT NOT NULL,
    content BLOB NOT NULL,
    sha256 TEXT NOT NULL,
    uploaded_at DATETIME NOT NULL,
    uploaded_by TEXT NOT NULL,
    expires_at DATETIME NOT NULL,
    consent TEXT NOT NULL,
    answers JSON NOT NULL,
    mends JSON NOT NULL,
    phase VARCHAR(20) NOT NULL,
    done_rows INTEGER NOT NULL,
    total_rows INTEGER NOT NULL,
    heartbeat_at DATETIME,
    problem TEXT NOT NULL,
    analysis JSON NOT NULL,
    outcome JSON NOT NULL,
    import_id INTEGER,
    CONSTRAINT pk_list_uploads PRIMARY KEY (id)
);

CREATE INDEX ix_list_uploads_expires_at ON list_uploads (expires_at);

CREATE TABLE media_items (
    id INTEGER NOT NULL,
    source_hash TEXT NOT NULL,
    name TEXT NOT NULL,
    alt TEXT,
    created_at DATETIME NOT NULL,
    CONSTRAINT pk_media_items PRIMARY KEY (id),
    CONSTRAINT uq_media_items_source_hash UNIQUE (source_hash)
);

CREATE INDEX ix_media_items_created_at ON media_items (created_at);

CREATE TABLE segments (
    name TEXT NOT NULL,
    expression TEXT NOT NULL,
    created_at DATETIME NOT NULL,
    CONSTRAINT pk_segments PRIMARY KEY (name)
);

CREATE TABLE setting_changes (
    id INTEGER NOT NULL,
    "key" TEXT NOT NULL,
    value JSON,
    changed_at DATETIME NOT NULL,
    changed_by TEXT NOT NULL,
    CONSTRAINT pk_setting_changes PRIMARY KEY (id)
);

CREATE INDEX ix_setting_changes_key ON setting_changes ("key");

CREATE TABLE settings (
    "key" TEXT NOT NULL,
    value JSON NOT NULL,
    changed_at DATETIME NOT NULL,
    changed_by TEXT NOT NULL,
    CONSTRAINT pk_settings PRIMARY KEY ("key")
);

CREATE TABLE sign_in_failures (
    id INTEGER NOT NULL,
    at DATETIME NOT NULL,
    account TEXT NOT NULL,
    network TEXT NOT NULL,
    CONSTRAINT pk_sign_in_failures PRIMARY KEY (id)
);

CREATE INDEX ix_sign_in_failures_account ON sign_in_failures (account, at);

CREATE INDEX ix_sign_in_failures_at ON sign_in_failures (at);

CREATE INDEX ix_sign_in_failures_network ON sign_in_failures (network, at);

CREATE TABLE staff_members (
    id INTEGER NOT NULL,
    email TEXT NOT NULL,
    name TEXT NOT NULL,
    role VARCHAR(20) NOT NULL,
    granted JSON NOT NULL,
    password_hash TEXT NOT NULL,
    totp_secret TEXT NOT NULL,
    totp_step INTEGER,
    invited_at DATETIME NOT NULL,
    joined_at DATETIME,
    ended_at DATETIME,
    CONSTRAINT pk_staff_members PRIMARY KEY (id),
    CONSTRAINT uq_staff_members_email UNIQUE (email)
);

CREATE TABLE suppressions (
    address_hash TEXT NOT NULL,
    reason TEXT NOT NULL,
    created_at DATETIME NOT NULL,
    import_id INTEGER,
    CONSTRAINT pk_suppressions PRIMARY KEY (address_hash)
);

CREATE INDEX ix_suppressions_import_id ON suppressions (import_id);

CREATE TABLE topic_choices (
    id INTEGER NOT NULL,
    "key" TEXT NOT NULL,
    CONSTRAINT pk_topic_choices PRIMARY KEY (id),
    CONSTRAINT uq_topic_choices_key UNIQUE ("key")
);

CREATE TABLE topics (
    id INTEGER NOT NULL,
    slug TEXT NOT NULL,
    name TEXT NOT NULL,
    changed_at DATETIME,
    CONSTRAINT pk_topics PRIMARY KEY (id),
    CONSTRAINT uq_topics_slug UNIQUE (slug)
);

CREATE TABLE transport_troubles (
    transport TEXT NOT NULL,
    failing_since DATETIME,
    in_a_row INTEGER NOT NULL,
    refuses_us BOOLEAN NOT NULL,
    reason TEXT NOT NULL,
    tried_at DATETIME NOT NULL,
    rests_until DATETIME NOT NULL,
    is_told BOOLEAN NOT NULL,
    CONSTRAINT pk_transport_troubles PRIMARY KEY (transport)
);

CREATE TABLE transport_uses (
    transport TEXT NOT NULL,
    first_used_at DATETIME,
    free_at DATETIME NOT NULL,
    hour DATETIME NOT NULL,
    used_in_hour INTEGER NOT NULL,
    day DATETIME NOT NULL,
    used_in_day INTEGER NOT NULL,
    CONSTRAINT pk_transport_uses PRIMARY KEY (transport)
);

CREATE TABLE watches (
    subject TEXT NOT NULL,
    settled INTEGER NOT NULL,
    since DATETIME NOT NULL,
    is_told BOOLEAN NOT NULL,
    CONSTRAINT pk_watches PRIMARY KEY (subject)
);

CREATE TABLE article_corrections (
    article_id INTEGER NOT NULL,
    number INTEGER NOT NULL,
    at DATETIME NOT NULL,
    note TEXT NOT NULL,
    CONSTRAINT pk_article_corrections PRIMARY KEY (article_id, number),
    CONSTRAINT fk_article_corrections_article_id FOREIGN KEY(article_id) REFERENCES articles (id) ON DELETE CASCADE
);

CREATE INDEX ix_article_corrections_at ON article_corrections (at);

CREATE TABLE article_drafts (
    article_id INTEGER NOT NULL,
    author TEXT NOT NULL,
    seen_at DATETIME NOT NULL,
    kept_at DATETIME,
    base TEXT NOT NULL,
    content JSON,
    CONSTRAINT pk_article_drafts PRIMARY KEY (article_id, author),
    CONSTRAINT fk_article_drafts_article_id FOREIGN KEY(article_id) REFERENCES articles (id) ON DELETE CASCADE
);

CREATE TABLE article_exclusions (
    digest TEXT NOT NULL,
    article_id INTEGER NOT NULL,
    excluded_at DATETIME NOT NULL,
    CONSTRAINT pk_article_exclusions PRIMARY KEY (digest, article_id),
    CONSTRAINT fk_article_exclusions_article_id FOREIGN KEY(article_id) REFERENCES articles (id) ON DELETE CASCADE
);

CREATE TABLE article_revisions (
    article_id INTEGER NOT NULL,
    number INTEGER NOT NULL,
    at DATETIME NOT NULL,
    "by" TEXT NOT NULL,
    content JSON NOT NULL,
    CONSTRAINT pk_article_revisions PRIMARY KEY (article_id, number),
    CONSTRAINT fk_article_revisions_article_id FOREIGN KEY(article_id) REFERENCES articles (id) ON DELETE CASCADE
);

CREATE TABLE article_topics (
    article_id INTEGER NOT NULL,
    topic_id INTEGER NOT NULL,
    CONSTRAINT pk_article_topics PRIMARY KEY (article_id, topic_id),
    CONSTRAINT fk_article_topics_article_id FOREIGN KEY(article_id) REFERENCES articles (id) ON DELETE CASCADE,
    CONSTRAINT fk_article_topics_topic_id FOREIGN KEY(topic_id) REFERENCES topics (id) ON DELETE CASCADE
);

CREATE INDEX ix_article_topics_topic_id ON article_topics (topic_id);

CREATE TABLE audit_outcomes (
    entry_id INTEGER NOT NULL,
    at DATETIME NOT NULL,
    details JSON NOT NULL,
    CONSTRAINT pk_audit_outcomes PRIMARY KEY (entry_id),
    CONSTRAINT fk_audit_outcomes_entry_id FOREIGN KEY(entry_id) REFERENCES audit_log (id)
);

CREATE TABLE counted_editions (
    edition_id INTEGER NOT NULL,
    through INTEGER NOT NULL,
    is_whole BOOLEAN NOT NULL,
    CONSTRAINT pk_counted_editions PRIMARY KEY (edition_id),
    CONSTRAINT fk_counted_editions_edition_id FOREIGN KEY(edition_id) REFERENCES editions (id) ON DELETE CASCADE
);

CREATE TABLE edition_approvals (
    edition_id INTEGER NOT NULL,
    actor TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    approved_at DATETIME NOT NULL,
    CONSTRAINT pk_edition_approvals PRIMARY KEY (edition_id, actor),
    CONSTRAINT fk_edition_approvals_edition_id FOREIGN KEY(edition_id) REFERENCES editions (id) ON DELETE CASCADE
);

CREATE TABLE edition_articles (
    edition_id INTEGER NOT NULL,
    article_id INTEGER NOT NULL,
    digest TEXT NOT NULL,
    position INTEGER NOT NULL,
    title TEXT DEFAULT '' NOT NULL,
    CONSTRAINT pk_edition_articles PRIMARY KEY (edition_id, article_id),
    CONSTRAINT uq_edition_articles_digest_article_id UNIQUE (digest, article_id),
    CONSTRAINT fk_edition_articles_edition_id FOREIGN KEY(edition_id) REFERENCES editions (id) ON DELETE CASCADE,
    CONSTRAINT fk_edition_articles_article_id FOREIGN KEY(article_id) REFERENCES articles (id)
);

CREATE INDEX ix_edition_articles_article_id ON edition_articles (article_id);

CREATE TABLE edition_views (
    edition_id INTEGER NOT NULL,
    actor TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    snapshot JSON NOT NULL,
    viewed_at DATETIME NOT NULL,
    CONSTRAINT pk_edition_views PRIMARY KEY (edition_id, actor),
    CONSTRAINT fk_edition_views_edition_id FOREIGN KEY(edition_id) REFERENCES editions (id) ON DELETE CASCADE
);

CREATE TABLE edition_variants (
    id INTEGER NOT NULL,
    edition_id INTEGER NOT NULL,
    articles TEXT NOT NULL,
    content BLOB NOT NULL,
    nonce TEXT NOT NULL,
    CONSTRAINT pk_edition_variants PRIMARY KEY (id),
    CONSTRAINT uq_edition_variants_edition_id_articles UNIQUE (edition_id, articles),
    CONSTRAINT fk_edition_variants_edition_id FOREIGN KEY(edition_id) REFERENCES editions (id) ON DELETE CASCADE
);

CREATE TABLE feed_events (
    id INTEGER NOT NULL,
    kind VARCHAR(20) NOT NULL,
    article_id INTEGER NOT NULL,
    number INTEGER NOT NULL,
    at DATETIME NOT NULL,
    entry JSON NOT NULL,
    CONSTRAINT pk_feed_events PRIMARY KEY (id),
    CONSTRAINT uq_feed_events_kind_article_id_number_at UNIQUE (kind, article_id, number, at),
    CONSTRAINT fk_feed_events_article_id FOREIGN KEY(article_id) REFERENCES articles (id) ON DELETE CASCADE
);

CREATE INDEX ix_feed_events_article_id ON feed_events (article_id);

CREATE TABLE media_renditions (
    hash TEXT NOT NULL,
    item_id INTEGER NOT NULL,
    media_type TEXT NOT NULL,
    width INTEGER NOT NULL,
    height INTEGER NOT NULL,
    length INTEGER NOT NULL,
    content BLOB NOT NULL,
    CONSTRAINT pk_media_renditions PRIMARY KEY (hash),
    CONSTRAINT fk_media_renditions_item_id FOREIGN KEY(item_id) REFERENCES media_items (id) ON DELETE CASCADE
);

CREATE INDEX ix_media_renditions_item_id ON media_renditions (item_id);

CREATE TABLE saved_bulletins (
    id INTEGER NOT NULL,
    subject TEXT NOT NULL,
    text TEXT NOT NULL,
    is_html BOOLEAN DEFAULT 0 NOT NULL,
    topics TEXT DEFAULT '' NOT NULL,
    segment TEXT DEFAULT '' NOT NULL,
    send_at DATETIME,
    in_quiet_hours BOOLEAN DEFAULT 0 NOT NULL,
    authors JSON NOT NULL,
    revision INTEGER DEFAULT '1' NOT NULL,
    edition_id INTEGER,
    created_at DATETIME NOT NULL,
    changed_at DATETIME NOT NULL,
    CONSTRAINT pk_saved_bulletins PRIMARY KEY (id),
    CONSTRAINT fk_saved_bulletins_edition_id FOREIGN KEY(edition_id) REFERENCES editions (id)
);

CREATE INDEX ix_saved_bulletins_changed_at ON saved_bulletins (changed_at);

CREATE INDEX ix_saved_bulletins_edition_id ON saved_bulletins (edition_id);

CREATE TABLE staff_links (
    id INTEGER NOT NULL,
    member_id INTEGER NOT NULL,
    kind VARCHAR(20) NOT NULL,
    made_at DATETIME NOT NULL,
    expires_at DATETIME NOT NULL,
    used_at DATETIME,
    CONSTRAINT pk_staff_links PRIMARY KEY (id),
    CONSTRAINT fk_staff_links_member_id FOREIGN KEY(member_id) REFERENCES staff_members (id)
);

CREATE INDEX ix_staff_links_member_id ON staff_links (member_id);

CREATE TABLE staff_passkeys (
    id INTEGER NOT NULL,
    member_id INTEGER NOT NULL,
    credential_id TEXT NOT NULL,
    public_key BLOB NOT NULL,
    sign_count INTEGER NOT NULL,
    name TEXT NOT NULL,
    created_at DATETIME NOT NULL,
    used_at DATETIME,
    CONSTRAINT pk_staff_passkeys PRIMARY KEY (id),
    CONSTRAINT fk_staff_passkeys_member_id FOREIGN KEY(member_id) REFERENCES staff_members (id),
    CONSTRAINT uq_staff_passkeys_credential_id UNIQUE (credential_id)
);

CREATE INDEX ix_staff_passkeys_member_id ON staff_passkeys (member_id);

CREATE TABLE staff_recovery_codes (
    id INTEGER NOT NULL,
    member_id INTEGER NOT NULL,
    code_hash TEXT NOT NULL,
    used_at DATETIME,
    CONSTRAINT pk_staff_recovery_codes PRIMARY KEY (id),
    CONSTRAINT fk_staff_recovery_codes_member_id FOREIGN KEY(member_id) REFERENCES staff_members (id)
);

CREATE INDEX ix_staff_recovery_codes_member_id ON staff_recovery_codes (member_id);

CREATE TABLE staff_sessions (
    id INTEGER NOT NULL,
    member_id INTEGER NOT NULL,
    token_hash TEXT NOT NULL,
    started_at DATETIME NOT NULL,
    seen_at DATETIME NOT NULL,
    proved_at DATETIME NOT NULL,
    device TEXT NOT NULL,
    network TEXT NOT NULL,
    CONSTRAINT pk_staff_sessions PRIMARY KEY (id),
    CONSTRAINT fk_staff_sessions_member_id FOREIGN KEY(member_id) REFERENCES staff_members (id),
    CONSTRAINT uq_staff_sessions_token_hash UNIQUE (token_hash)
);

CREATE INDEX ix_staff_sessions_member_id ON staff_sessions (member_id);

CREATE TABLE subscribers (
    id INTEGER NOT NULL,
    address TEXT,
    address_hash TEXT NOT NULL,
    address_since DATETIME,
    name TEXT NOT NULL,
    language TEXT NOT NULL,
    status VARCHAR(20) NOT NULL,
    frequency VARCHAR(20) NOT NULL,
    choice_id INTEGER NOT NULL,
    source TEXT DEFAULT '' NOT NULL,
    import_id INTEGER,
    attributes JSON DEFAULT '{}' NOT NULL,
    paused_until DATETIME,
    active_at DATETIME,
    joined_at DATETIME NOT NULL,
    confirmed_at DATETIME,
    ended_at DATETIME,
    search_text TEXT DEFAULT '' NOT NULL,
    CONSTRAINT pk_subscribers PRIMARY KEY (id),
    CONSTRAINT uq_subscribers_address UNIQUE (address),
    CONSTRAINT fk_subscribers_choice_id FOREIGN KEY(choice_id) REFERENCES topic_choices (id)
);

CREATE INDEX ix_subscribers_address_hash ON subscribers (address_hash);

CREATE INDEX ix_subscribers_audience ON subscribers (status, frequency, paused_until, language, choice_id);

CREATE INDEX ix_subscribers_choice_id ON subscribers (choice_id);

CREATE INDEX ix_subscribers_import_id ON subscribers (import_id);

CREATE INDEX ix_subscribers_status ON subscribers (status, id);

CREATE TABLE address_changes (
    subscriber_id INTEGER NOT NULL,
    address TEXT NOT NULL,
    address_hash TEXT DEFAULT '' NOT NULL,
    asked_at DATETIME NOT NULL,
    CONSTRAINT pk_address_changes PRIMARY KEY (subscriber_id),
    CONSTRAINT fk_address_changes_subscriber_id FOREIGN KEY(subscriber_id) REFERENCES subscribers (id)
);

CREATE TABLE address_moves (
    id INTEGER NOT NULL,
    subscriber_id INTEGER NOT NULL,
    address TEXT NOT NULL,
    address_hash TEXT NOT NULL,
    asked_at DATETIME NOT NULL,
    moved_at DATETIME,
    CONSTRAINT pk_address_moves PRIMARY KEY (id),
    CONSTRAINT fk_address_moves_subscriber_id FOREIGN KEY(subscriber_id) REFERENCES subscribers (id)
);

CREATE INDEX ix_address_moves_address_hash ON address_moves (address_hash);

CREATE INDEX ix_address_moves_asked_at ON address_moves (asked_at);

CREATE INDEX ix_address_moves_subscriber_id ON address_moves (subscriber_id);

CREATE TABLE consent_events (
    id INTEGER NOT NULL,
    subscriber_id INTEGER NOT NULL,
    at DATETIME NOT NULL,
    kind VARCHAR(20) NOT NULL,
    source TEXT NOT NULL,
    wording TEXT DEFAULT '' NOT NULL,
    wording_version TEXT DEFAULT '' NOT NULL,
    details TEXT DEFAULT '' NOT NULL,
    network TEXT,
    CONSTRAINT pk_consent_events PRIMARY KEY (id),
    CONSTRAINT fk_consent_events_subscriber_id FOREIGN KEY(subscriber_id) REFERENCES subscribers (id)
);

CREATE INDEX ix_consent_events_subscriber_id ON consent_events (subscriber_id);

CREATE INDEX ix_consent_events_with_network ON consent_events (at) WHERE network IS NOT NULL;

CREATE TABLE deliveries (
    id INTEGER NOT NULL,
    edition_id INTEGER NOT NULL,
    subscriber_id INTEGER NOT NULL,
    variant_id INTEGER NOT NULL,
    state VARCHAR(20) NOT NULL,
    reason TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    worker TEXT NOT NULL,
    lease_until DATETIME,
    next_attempt_at DATETIME,
    deferred_since DATETIME,
    verdict TEXT NOT NULL,
    resent BOOLEAN NOT NULL,
    settled_at DATETIME,
    CONSTRAINT pk_deliveries PRIMARY KEY (id),
    CONSTRAINT uq_deliveries_edition_id_subscriber_id UNIQUE (edition_id, subscriber_id),
    CONSTRAINT fk_deliveries_edition_id FOREIGN KEY(edition_id) REFERENCES editions (id),
    CONSTRAINT fk_deliveries_subscriber_id FOREIGN KEY(subscriber_id) REFERENCES subscribers (id),
    CONSTRAINT fk_deliveries_variant_id FOREIGN KEY(variant_id) REFERENCES edition_variants (id)
);

CREATE INDEX ix_deliveries_edition_id_state ON deliveries (edition_id, state, id);

CREATE TABLE edition_corrections (
    edition_id INTEGER NOT NULL,
    article_id INTEGER NOT NULL,
    number INTEGER NOT NULL,
    digest TEXT NOT NULL,
    CONSTRAINT pk_edition_corrections PRIMARY KEY (edition_id, article_id, number),
    CONSTRAINT fk_edition_corrections_article_id_number FOREIGN KEY(article_id, number) REFERENCES article_corrections (article_id, number) ON DELETE CASCADE,
    CONSTRAINT uq_edition_corrections_digest_article_id_number UNIQUE (digest, article_id, number),
    CONSTRAINT fk_edition_corrections_edition_id FOREIGN KEY(edition_id) REFERENCES editions (id) ON DELETE CASCADE
);

CREATE TABLE edition_variant_choices (
    edition_id INTEGER NOT NULL,
    choice_id INTEGER NOT NULL,
    variant_id INTEGER NOT NULL,
    CONSTRAINT pk_edition_variant_choices PRIMARY KEY (edition_id, choice_id),
    CONSTRAINT fk_edition_variant_choices_edition_id FOREIGN KEY(edition_id) REFERENCES editions (id) ON DELETE CASCADE,
    CONSTRAINT fk_edition_variant_choices_choice_id FOREIGN KEY(choice_id) REFERENCES topic_choices (id),
    CONSTRAINT fk_edition_variant_choices_variant_id FOREIGN KEY(variant_id) REFERENCES edition_variants (id) ON DELETE CASCADE
);

CREATE TABLE feed_archive_items (
    archive_id INTEGER NOT NULL,
    position INTEGER NOT NULL,
    event_id INTEGER NOT NULL,
    CONSTRAINT pk_feed_archive_items PRIMARY KEY (archive_id, position),
    CONSTRAINT fk_feed_archive_items_archive_id FOREIGN KEY(archive_id) REFERENCES feed_archives (id) ON DELETE CASCADE,
    CONSTRAINT fk_feed_archive_items_event_id FOREIGN KEY(event_id) REFERENCES feed_events (id) ON DELETE CASCADE
);

CREATE INDEX ix_feed_archive_items_event_id ON feed_archive_items (event_id);

CREATE TABLE import_changes (
    import_id INTEGER NOT NULL,
    subscriber_id INTEGER NOT NULL,
    has_ended BOOLEAN NOT NULL,
    "before" JSON NOT NULL,
    CONSTRAINT pk_import_changes PRIMARY KEY (import_id, subscriber_id),
    CONSTRAINT fk_import_changes_import_id FOREIGN KEY(import_id) REFERENCES imports (id),
    CONSTRAINT fk_import_changes_subscriber_id FOREIGN KEY(subscriber_id) REFERENCES subscribers (id)
);

CREATE TABLE mail_statistics (
    subscriber_id INTEGER NOT NULL,
    received INTEGER NOT NULL,
    last_mailed_at DATETIME,
    bounced INTEGER NOT NULL,
    CONSTRAINT pk_mail_statistics PRIMARY KEY (subscriber_id),
    CONSTRAINT fk_mail_statistics_subscriber_id FOREIGN KEY(subscriber_id) REFERENCES subscribers (id) ON DELETE CASCADE
);

CREATE TABLE notices (
    id INTEGER NOT NULL,
    kind TEXT NOT NULL,
    subscriber_id INTEGER NOT NULL,
    state VARCHAR(20) NOT NULL,
    reason TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    created_at DATETIME NOT NULL,
    next_attempt_at DATETIME,
    settled_at DATETIME,
    CONSTRAINT pk_notices PRIMARY KEY (id),
    CONSTRAINT fk_notices_subscriber_id FOREIGN KEY(subscriber_id) REFERENCES subscribers (id)
);

CREATE INDEX ix_notices_state ON notices (state, id);

CREATE INDEX ix_notices_subscriber_id ON notices (subscriber_id);

CREATE TABLE private_feeds (
    id INTEGER NOT NULL,
    subscriber_id INTEGER NOT NULL,
    created_at DATETIME NOT NULL,
    revoked_at DATETIME,
    CONSTRAINT pk_private_feeds PRIMARY KEY (id),
    CONSTRAINT fk_private_feeds_subscriber_id FOREIGN KEY(subscriber_id) REFERENCES subscribers (id)
);

CREATE INDEX ix_private_feeds_subscriber_id ON private_feeds (subscriber_id);

CREATE TABLE delivery_transcripts (
    delivery_id INTEGER NOT NULL,
    content TEXT NOT NULL,
    kept_since DATETIME NOT NULL,
    CONSTRAINT pk_delivery_transcripts PRIMARY KEY (delivery_id),
    CONSTRAINT fk_delivery_transcripts_delivery_id FOREIGN KEY(delivery_id) REFERENCES deliveries (id) ON DELETE CASCADE
);

CREATE INDEX ix_delivery_transcripts_kept_since ON delivery_transcripts (kept_since);

CREATE TABLE feedback_events (
    id INTEGER NOT NULL,
    "key" TEXT NOT NULL,
    kind VARCHAR(20) NOT NULL,
    source VARCHAR(20) NOT NULL,
    transport TEXT NOT NULL,
    at DATETIME NOT NULL,
    recorded_at DATETIME NOT NULL,
    subscriber_id INTEGER,
    delivery_id INTEGER,
    edition_id INTEGER,
    domain TEXT NOT NULL,
    status TEXT NOT NULL,
    reason TEXT NOT NULL,
    is_proven BOOLEAN NOT NULL,
    suppressed BOOLEAN NOT NULL,
    undone_at DATETIME,
    undone_because TEXT NOT NULL,
    CONSTRAINT pk_feedback_events PRIMARY KEY (id),
    CONSTRAINT uq_feedback_events_key UNIQUE ("key"),
    CONSTRAINT fk_feedback_events_subscriber_id FOREIGN KEY(subscriber_id) REFERENCES subscribers (id),
    CONSTRAINT fk_feedback_events_delivery_id FOREIGN KEY(delivery_id) REFERENCES deliveries (id),
    CONSTRAINT fk_feedback_events_edition_id FOREIGN KEY(edition_id) REFERENCES editions (id)
);

CREATE INDEX ix_feedback_events_delivery_id ON feedback_events (delivery_id);

CREATE INDEX ix_feedback_events_edition_id_kind ON feedback_events (edition_id, kind);

CREATE INDEX ix_feedback_events_kind ON feedback_events (kind, id);

CREATE INDEX ix_feedback_events_kind_at ON feedback_events (kind, at);

CREATE INDEX ix_feedback_events_recorded_at ON feedback_events (recorded_at);

CREATE INDEX ix_feedback_events_subscriber_id_at ON feedback_events (subscriber_id, at);

CREATE TABLE uncounted_deliveries (
    delivery_id INTEGER NOT NULL,
    CONSTRAINT pk_uncounted_deliveries PRIMARY KEY (delivery_id),
    CONSTRAINT fk_uncounted_deliveries_delivery_id FOREIGN KEY(delivery_id) REFERENCES deliveries (id) ON DELETE CASCADE
);

CREATE TABLE feedback_evidence (
    event_id INTEGER NOT NULL,
    content BLOB NOT NULL,
    recipient TEXT NOT NULL,
    kept_since DATETIME NOT NULL,
    CONSTRAINT pk_feedback_evidence PRIMARY KEY (event_id),
    CONSTRAINT fk_feedback_evidence_event_id FOREIGN KEY(event_id) REFERENCES feedback_events (id) ON DELETE CASCADE
);

CREATE INDEX ix_feedback_evidence_kept_since ON feedback_evidence (kept_since);

CREATE VIRTUAL TABLE articles_search USING fts5(
    title, summary, body_text, author,
    content='articles', content_rowid='id', tokenize='unicode61 remove_diacritics 2');

CREATE TRIGGER articles_search_delete AFTER DELETE ON articles BEGIN
    INSERT INTO articles_search(articles_search, rowid, title, summary, body_text, author)
    VALUES ('delete', old.id, old.title, old.summary, old.body_text, old.author);
END;

CREATE TRIGGER articles_search_insert AFTER INSERT ON articles BEGIN
    INSERT INTO articles_search(rowid, title, summary, body_text, author)
    VALUES (new.id, new.title, new.summary, new.body_text, new.author);
END;

CREATE TRIGGER articles_search_update
AFTER UPDATE OF title, summary, body_text, author ON articles BEGIN
    INSERT INTO articles_search(articles_search, rowid, title, summary, body_text, author)
    VALUES ('delete', old.id, old.title, old.summary, old.body_text, old.author);
    INSERT INTO articles_search(rowid, title, summary, body_text, author)
    VALUES (new.id, new.title, new.summary, new.body_text, new.author);
END;

CREATE TRIGGER audit_log_refuse_delete BEFORE DELETE ON audit_log BEGIN SELECT RAISE(ABORT, 'the audit log can only be added to'); END;

CREATE TRIGGER audit_log_refuse_replace BEFORE INSERT ON audit_log WHEN EXISTS (SELECT 1 FROM audit_log WHERE id = NEW.id) BEGIN SELECT RAISE(ABORT, 'the audit log can only be added to'); END;

CREATE TRIGGER audit_log_refuse_update BEFORE UPDATE ON audit_log
WHEN OLD.network IS NULL OR NEW.network IS NOT NULL OR NEW.device IS NOT NULL OR
    (NEW.id, NEW.at, NEW.actor_kind, NEW.actor, NEW.action, NEW.subject_kind, NEW.subject, NEW.details, NEW.is_long)
    IS NOT
    (OLD.id, OLD.at, OLD.actor_kind, OLD.actor, OLD.action, OLD.subject_kind, OLD.subject, OLD.details, OLD.is_long)
BEGIN SELECT RAISE(ABORT, 'the audit log can only be added to'); END;

CREATE TRIGGER audit_outcomes_refuse_delete BEFORE DELETE ON audit_outcomes BEGIN SELECT RAISE(ABORT, 'the audit log can only be added to'); END;

CREATE TRIGGER audit_outcomes_refuse_replace BEFORE INSERT ON audit_outcomes WHEN EXISTS (SELECT 1 FROM audit_outcomes WHERE entry_id = NEW.entry_id) BEGIN SELECT RAISE(ABORT, 'the audit log can only be added to'); END;

CREATE TRIGGER audit_outcomes_refuse_update BEFORE UPDATE ON audit_outcomes BEGIN SELECT RAISE(ABORT, 'the audit log can only be added to'); END;

CREATE TRIGGER consent_events_refuse_delete BEFORE DELETE ON consent_events
BEGIN SELECT RAISE(ABORT, 'the ledger of consent can only be added to'); END;

CREATE TRIGGER consent_events_refuse_replace BEFORE INSERT ON consent_events
WHEN EXISTS (SELECT 1 FROM consent_events WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'the ledger of consent can only be added to'); END;

CREATE TRIGGER consent_events_refuse_update BEFORE UPDATE ON consent_events
WHEN OLD.network IS NULL OR NEW.network IS NOT NULL OR
    (NEW.id, NEW.subscriber_id, NEW.at, NEW.kind, NEW.source, NEW.wording, NEW.wording_version, NEW.details)
    IS NOT
    (OLD.id, OLD.subscriber_id, OLD.at, OLD.kind, OLD.source, OLD.wording, OLD.wording_version, OLD.details)
BEGIN SELECT RAISE(ABORT, 'the ledger of consent can only be added to'); END;

CREATE INDEX subscribers_search ON subscribers (id, search_text);

