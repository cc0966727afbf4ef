CREATE TABLE api_keys (
    id BIGSERIAL NOT NULL,
    name TEXT NOT NULL,
    key_hash TEXT NOT NULL,
    scopes JSON NOT NULL,
    made_by TEXT NOT NULL,
    made_at TIMESTAMP WITH TIME ZONE NOT NULL,
    expires_at TIMESTAMP WITH TIME ZONE,
    used_at TIMESTAMP WITH TIME ZONE,
    revoked_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_api_keys PRIMARY KEY (id),
    CONSTRAINT uq_api_keys_key_hash UNIQUE (key_hash)
);

CREATE INDEX ix_api_keys_made_by ON api_keys (made_by);

CREATE TABLE articles (
    id BIGSERIAL NOT NULL,
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
    published_at TIMESTAMP WITH TIME ZONE NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
    stored_at TIMESTAMP WITH TIME ZONE NOT NULL,
    changed_at TIMESTAMP WITH TIME ZONE NOT NULL,
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
    id BIGSERIAL NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
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
    changed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_coming_editions PRIMARY KEY (digest)
);

CREATE TABLE departures (
    id BIGSERIAL NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    reason TEXT NOT NULL,
    words TEXT NOT NULL,
    CONSTRAINT pk_departures PRIMARY KEY (id)
);

CREATE TABLE digest_states (
    digest TEXT NOT NULL,
    known_since TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_digest_states PRIMARY KEY (digest)
);

CREATE TABLE domain_uses (
    transport TEXT NOT NULL,
    domain TEXT NOT NULL,
    booked_until TIMESTAMP WITH TIME ZONE NOT NULL,
    refused_in_a_row BIGINT NOT NULL,
    rests_in_a_row BIGINT NOT NULL,
    reason TEXT NOT NULL,
    rests_until TIMESTAMP WITH TIME ZONE NOT NULL,
    are_tried_alone BOOLEAN NOT NULL,
    took_at TIMESTAMP WITH TIME ZONE,
    greylists_until TIMESTAMP WITH TIME ZONE,
    free_at TIMESTAMP WITH TIME ZONE NOT NULL,
    hour TIMESTAMP WITH TIME ZONE NOT NULL,
    used_in_hour BIGINT NOT NULL,
    day TIMESTAMP WITH TIME ZONE NOT NULL,
    used_in_day BIGINT NOT NULL,
    CONSTRAINT pk_domain_uses PRIMARY KEY (transport, domain)
);

CREATE TABLE editions (
    id BIGSERIAL NOT NULL,
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
    joined_to BIGINT,
    note TEXT NOT NULL,
    in_quiet_hours BOOLEAN DEFAULT false NOT NULL,
    approval VARCHAR(20) DEFAULT 'off' NOT NULL,
    approvals_needed BIGINT DEFAULT '0' NOT NULL,
    authors JSON DEFAULT '[]' NOT NULL,
    approval_asked_at TIMESTAMP WITH TIME ZONE,
    approval_asked_about TEXT DEFAULT '' NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    send_at TIMESTAMP WITH TIME ZONE NOT NULL,
    fanned_out_at TIMESTAMP WITH TIME ZONE,
    audience BIGINT,
    finished_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_editions PRIMARY KEY (id),
    CONSTRAINT uq_editions_digest_period UNIQUE (digest, period)
);

CREATE INDEX ix_editions_content_hash ON editions (content_hash);

CREATE INDEX ix_editions_joined_to ON editions (joined_to);

CREATE INDEX ix_editions_state_send_at ON editions (state, send_at);

CREATE TABLE feed_archives (
    id BIGSERIAL NOT NULL,
    scope TEXT NOT NULL,
    number BIGINT NOT NULL,
    sealed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_feed_archives PRIMARY KEY (id),
    CONSTRAINT uq_feed_archives_scope_number UNIQUE (scope, number)
);

CREATE TABLE feed_sources (
    url TEXT NOT NULL,
    etag TEXT NOT NULL,
    last_modified TEXT NOT NULL,
    polled_at TIMESTAMP WITH TIME ZONE,
    last_error TEXT NOT NULL,
    CONSTRAINT pk_feed_sources PRIMARY KEY (url)
);

CREATE TABLE feedback_mailboxes (
    name TEXT NOT NULL,
    validity BIGINT NOT NULL,
    last BIGINT NOT NULL,
    seen JSON NOT NULL,
    read_at TIMESTAMP WITH TIME ZONE NOT NULL,
    problem TEXT NOT NULL,
    CONSTRAINT pk_feedback_mailboxes PRIMARY KEY (name)
);

CREATE TABLE hub_notices (
    hub TEXT NOT NULL,
    scope TEXT NOT NULL,
    told_change TIMESTAMP WITH TIME ZONE,
    told_at TIMESTAMP WITH TIME ZONE,
    failures BIGINT NOT NULL,
    next_attempt_at TIMESTAMP WITH TIME ZONE,
    last_error TEXT NOT NULL,
    CONSTRAINT pk_hub_notices PRIMARY KEY (hub, scope)
);

CREATE TABLE imports (
    id BIGSERIAL NOT NULL,
    file TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    consent TEXT NOT NULL,
    report JSON NOT NULL,
    outcomes JSON NOT NULL,
    begun_at TIMESTAMP WITH TIME ZONE NOT NULL,
    finished_at TIMESTAMP WITH TIME ZONE,
    undone_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_imports PRIMARY KEY (id)
);

CREATE INDEX ix_imports_sha256 ON imports (sha256);

CREATE TABLE list_uploads (
    id BIGSERIAL NOT NULL,
    file TEXT NOT NULL,
    content BYTEA NOT NULL,
    sha256 TEXT NOT NULL,
    uploaded_at TIMESTAMP WITH TIME ZONE NOT NULL,
    uploaded_by TEXT NOT NULL,
    expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
    consent TEXT NOT NULL,
    answers JSON NOT NULL,
    mends JSON NOT NULL,
    phase VARCHAR(20) NOT NULL,
    done_rows BIGINT NOT NULL,
    total_rows BIGINT NOT NULL,
    heartbeat_at TIMESTAMP WITH TIME ZONE,
    problem TEXT NOT NULL,
    analysis JSON NOT NULL,
    outcome JSON NOT NULL,
    import_id BIGINT,
    CONSTRAINT pk_list_uploads PRIMARY KEY (id)
);

CREATE INDEX ix_list_uploads_expires_at ON list_uploads (expires_at);

CREATE TABLE media_items (
    id BIGSERIAL NOT NULL,
    source_hash TEXT NOT NULL,
    name TEXT NOT NULL,
    alt TEXT,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_media_items PRIMARY KEY (id),
    CONSTRAINT uq_media_items_source_hash UNIQUE (source_hash)
);

CREATE INDEX ix_media_items_created_at ON media_items (created_at);

CREATE TABLE segments (
    name TEXT NOT NULL,
    expression TEXT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_segments PRIMARY KEY (name)
);

CREATE TABLE setting_changes (
    id BIGSERIAL NOT NULL,
    key TEXT NOT NULL,
    value JSON,
    changed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    changed_by TEXT NOT NULL,
    CONSTRAINT pk_setting_changes PRIMARY KEY (id)
);

CREATE INDEX ix_setting_changes_key ON setting_changes (key);

CREATE TABLE settings (
    key TEXT NOT NULL,
    value JSON NOT NULL,
    changed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    changed_by TEXT NOT NULL,
    CONSTRAINT pk_settings PRIMARY KEY (key)
);

CREATE TABLE sign_in_failures (
    id BIGSERIAL NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    account TEXT NOT NULL,
    network TEXT NOT NULL,
    CONSTRAINT pk_sign_in_failures PRIMARY KEY (id)
);

CREATE INDEX ix_sign_in_failures_account ON sign_in_failures (account, at);

CREATE INDEX ix_sign_in_failures_at ON sign_in_failures (at);

CREATE INDEX ix_sign_in_failures_network ON sign_in_failures (network, at);

CREATE TABLE staff_members (
    id BIGSERIAL NOT NULL,
    email TEXT NOT NULL,
    name TEXT NOT NULL,
    role VARCHAR(20) NOT NULL,
    granted JSON NOT NULL,
    password_hash TEXT NOT NULL,
    totp_secret TEXT NOT NULL,
    totp_step BIGINT,
    invited_at TIMESTAMP WITH TIME ZONE NOT NULL,
    joined_at TIMESTAMP WITH TIME ZONE,
    ended_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_staff_members PRIMARY KEY (id),
    CONSTRAINT uq_staff_members_email UNIQUE (email)
);

CREATE TABLE suppressions (
    address_hash TEXT NOT NULL,
    reason TEXT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    import_id BIGINT,
    CONSTRAINT pk_suppressions PRIMARY KEY (address_hash)
);

CREATE INDEX ix_suppressions_import_id ON suppressions (import_id);

CREATE TABLE topic_choices (
    id BIGSERIAL NOT NULL,
    key TEXT NOT NULL,
    CONSTRAINT pk_topic_choices PRIMARY KEY (id),
    CONSTRAINT uq_topic_choices_key UNIQUE (key)
);

CREATE TABLE topics (
    id BIGSERIAL NOT NULL,
    slug TEXT NOT NULL,
    name TEXT NOT NULL,
    changed_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_topics PRIMARY KEY (id),
    CONSTRAINT uq_topics_slug UNIQUE (slug)
);

CREATE TABLE transport_troubles (
    transport TEXT NOT NULL,
    failing_since TIMESTAMP WITH TIME ZONE,
    in_a_row BIGINT NOT NULL,
    refuses_us BOOLEAN NOT NULL,
    reason TEXT NOT NULL,
    tried_at TIMESTAMP WITH TIME ZONE NOT NULL,
    rests_until TIMESTAMP WITH TIME ZONE NOT NULL,
    is_told BOOLEAN NOT NULL,
    CONSTRAINT pk_transport_troubles PRIMARY KEY (transport)
);

CREATE TABLE transport_uses (
    transport TEXT NOT NULL,
    first_used_at TIMESTAMP WITH TIME ZONE,
    free_at TIMESTAMP WITH TIME ZONE NOT NULL,
    hour TIMESTAMP WITH TIME ZONE NOT NULL,
    used_in_hour BIGINT NOT NULL,
    day TIMESTAMP WITH TIME ZONE NOT NULL,
    used_in_day BIGINT NOT NULL,
    CONSTRAINT pk_transport_uses PRIMARY KEY (transport)
);

CREATE TABLE watches (
    subject TEXT NOT NULL,
    settled BIGINT NOT NULL,
    since TIMESTAMP WITH TIME ZONE NOT NULL,
    is_told BOOLEAN NOT NULL,
    CONSTRAINT pk_watches PRIMARY KEY (subject)
);

CREATE TABLE article_corrections (
    article_id BIGINT NOT NULL,
    number BIGINT NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    note TEXT NOT NULL,
    CONSTRAINT pk_article_corrections PRIMARY KEY (article_id, number),
    CONSTRAINT fk_article_corrections_article_id FOREIGN KEY(article_id) REFERENCES articles (id) ON DELETE CASCADE
);

CREATE INDEX ix_article_corrections_at ON article_corrections (at);

CREATE TABLE article_drafts (
    article_id BIGINT NOT NULL,
    author TEXT NOT NULL,
    seen_at TIMESTAMP WITH TIME ZONE NOT NULL,
    kept_at TIMESTAMP WITH TIME ZONE,
    base TEXT NOT NULL,
    content JSON,
    CONSTRAINT pk_article_drafts PRIMARY KEY (article_id, author),
    CONSTRAINT fk_article_drafts_article_id FOREIGN KEY(article_id) REFERENCES articles (id) ON DELETE CASCADE
);

CREATE TABLE article_exclusions (
    digest TEXT NOT NULL,
    article_id BIGINT NOT NULL,
    excluded_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_article_exclusions PRIMARY KEY (digest, article_id),
    CONSTRAINT fk_article_exclusions_article_id FOREIGN KEY(article_id) REFERENCES articles (id) ON DELETE CASCADE
);

CREATE TABLE article_revisions (
    article_id BIGINT NOT NULL,
    number BIGINT NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    by TEXT NOT NULL,
    content JSON NOT NULL,
    CONSTRAINT pk_article_revisions PRIMARY KEY (article_id, number),
    CONSTRAINT fk_article_revisions_article_id FOREIGN KEY(article_id) REFERENCES articles (id) ON DELETE CASCADE
);

CREATE TABLE article_topics (
    article_id BIGINT NOT NULL,
    topic_id BIGINT NOT NULL,
    CONSTRAINT pk_article_topics PRIMARY KEY (article_id, topic_id),
    CONSTRAINT fk_article_topics_article_id FOREIGN KEY(article_id) REFERENCES articles (id) ON DELETE CASCADE,
    CONSTRAINT fk_article_topics_topic_id FOREIGN KEY(topic_id) REFERENCES topics (id) ON DELETE CASCADE
);

CREATE INDEX ix_article_topics_topic_id ON article_topics (topic_id);

CREATE TABLE audit_outcomes (
    entry_id BIGINT NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    details JSON NOT NULL,
    CONSTRAINT pk_audit_outcomes PRIMARY KEY (entry_id),
    CONSTRAINT fk_audit_outcomes_entry_id FOREIGN KEY(entry_id) REFERENCES audit_log (id)
);

CREATE TABLE counted_editions (
    edition_id BIGINT NOT NULL,
    through BIGINT NOT NULL,
    is_whole BOOLEAN NOT NULL,
    CONSTRAINT pk_counted_editions PRIMARY KEY (edition_id),
    CONSTRAINT fk_counted_editions_edition_id FOREIGN KEY(edition_id) REFERENCES editions (id) ON DELETE CASCADE
);

CREATE TABLE edition_approvals (
    edition_id BIGINT NOT NULL,
    actor TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    approved_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_edition_approvals PRIMARY KEY (edition_id, actor),
    CONSTRAINT fk_edition_approvals_edition_id FOREIGN KEY(edition_id) REFERENCES editions (id) ON DELETE CASCADE
);

CREATE TABLE edition_articles (
    edition_id BIGINT NOT NULL,
    article_id BIGINT NOT NULL,
    digest TEXT NOT NULL,
    position BIGINT NOT NULL,
    title TEXT DEFAULT '' NOT NULL,
    CONSTRAINT pk_edition_articles PRIMARY KEY (edition_id, article_id),
    CONSTRAINT uq_edition_articles_digest_article_id UNIQUE (digest, article_id),
    CONSTRAINT fk_edition_articles_edition_id FOREIGN KEY(edition_id) REFERENCES editions (id) ON DELETE CASCADE,
    CONSTRAINT fk_edition_articles_article_id FOREIGN KEY(article_id) REFERENCES articles (id)
);

CREATE INDEX ix_edition_articles_article_id ON edition_articles (article_id);

CREATE TABLE edition_views (
    edition_id BIGINT NOT NULL,
    actor TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    snapshot JSON NOT NULL,
    viewed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_edition_views PRIMARY KEY (edition_id, actor),
    CONSTRAINT fk_edition_views_edition_id FOREIGN KEY(edition_id) REFERENCES editions (id) ON DELETE CASCADE
);

CREATE TABLE edition_variants (
    id BIGSERIAL NOT NULL,
    edition_id BIGINT NOT NULL,
    articles TEXT NOT NULL,
    content BYTEA NOT NULL,
    nonce TEXT NOT NULL,
    CONSTRAINT pk_edition_variants PRIMARY KEY (id),
    CONSTRAINT uq_edition_variants_edition_id_articles UNIQUE (edition_id, articles),
    CONSTRAINT fk_edition_variants_edition_id FOREIGN KEY(edition_id) REFERENCES editions (id) ON DELETE CASCADE
);

CREATE TABLE feed_events (
    id BIGSERIAL NOT NULL,
    kind VARCHAR(20) NOT NULL,
    article_id BIGINT NOT NULL,
    number BIGINT NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    entry JSON NOT NULL,
    CONSTRAINT pk_feed_events PRIMARY KEY (id),
    CONSTRAINT uq_feed_events_kind_article_id_number_at UNIQUE (kind, article_id, number, at),
    CONSTRAINT fk_feed_events_article_id FOREIGN KEY(article_id) REFERENCES articles (id) ON DELETE CASCADE
);

CREATE INDEX ix_feed_events_article_id ON feed_events (article_id);

CREATE TABLE media_renditions (
    hash TEXT NOT NULL,
    item_id BIGINT NOT NULL,
    media_type TEXT NOT NULL,
    width BIGINT NOT NULL,
    height BIGINT NOT NULL,
    length BIGINT NOT NULL,
    content BYTEA NOT NULL,
    CONSTRAINT pk_media_renditions PRIMARY KEY (hash),
    CONSTRAINT fk_media_renditions_item_id FOREIGN KEY(item_id) REFERENCES media_items (id) ON DELETE CASCADE
);

CREATE INDEX ix_media_renditions_item_id ON media_renditions (item_id);

CREATE TABLE saved_bulletins (
    id BIGSERIAL NOT NULL,
    subject TEXT NOT NULL,
    text TEXT NOT NULL,
    is_html BOOLEAN DEFAULT false NOT NULL,
    topics TEXT DEFAULT '' NOT NULL,
    segment TEXT DEFAULT '' NOT NULL,
    send_at TIMESTAMP WITH TIME ZONE,
    in_quiet_hours BOOLEAN DEFAULT false NOT NULL,
    authors JSON NOT NULL,
    revision BIGINT DEFAULT '1' NOT NULL,
    edition_id BIGINT,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    changed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_saved_bulletins PRIMARY KEY (id),
    CONSTRAINT fk_saved_bulletins_edition_id FOREIGN KEY(edition_id) REFERENCES editions (id)
);

CREATE INDEX ix_saved_bulletins_changed_at ON saved_bulletins (changed_at);

CREATE INDEX ix_saved_bulletins_edition_id ON saved_bulletins (edition_id);

CREATE TABLE staff_links (
    id BIGSERIAL NOT NULL,
    member_id BIGINT NOT NULL,
    kind VARCHAR(20) NOT NULL,
    made_at TIMESTAMP WITH TIME ZONE NOT NULL,
    expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
    used_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_staff_links PRIMARY KEY (id),
    CONSTRAINT fk_staff_links_member_id FOREIGN KEY(member_id) REFERENCES staff_members (id)
);

CREATE INDEX ix_staff_links_member_id ON staff_links (member_id);

CREATE TABLE staff_passkeys (
    id BIGSERIAL NOT NULL,
    member_id BIGINT NOT NULL,
    credential_id TEXT NOT NULL,
    public_key BYTEA NOT NULL,
    sign_count BIGINT NOT NULL,
    name TEXT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    used_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_staff_passkeys PRIMARY KEY (id),
    CONSTRAINT fk_staff_passkeys_member_id FOREIGN KEY(member_id) REFERENCES staff_members (id),
    CONSTRAINT uq_staff_passkeys_credential_id UNIQUE (credential_id)
);

CREATE INDEX ix_staff_passkeys_member_id ON staff_passkeys (member_id);

CREATE TABLE staff_recovery_codes (
    id BIGSERIAL NOT NULL,
    member_id BIGINT NOT NULL,
    code_hash TEXT NOT NULL,
    used_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_staff_recovery_codes PRIMARY KEY (id),
    CONSTRAINT fk_staff_recovery_codes_member_id FOREIGN KEY(member_id) REFERENCES staff_members (id)
);

CREATE INDEX ix_staff_recovery_codes_member_id ON staff_recovery_codes (member_id);

CREATE TABLE staff_sessions (
    id BIGSERIAL NOT NULL,
    member_id BIGINT NOT NULL,
    token_hash TEXT NOT NULL,
    started_at TIMESTAMP WITH TIME ZONE NOT NULL,
    seen_at TIMESTAMP WITH TIME ZONE NOT NULL,
    proved_at TIMESTAMP WITH TIME ZONE NOT NULL,
    device TEXT NOT NULL,
    network TEXT NOT NULL,
    CONSTRAINT pk_staff_sessions PRIMARY KEY (id),
    CONSTRAINT fk_staff_sessions_member_id FOREIGN KEY(member_id) REFERENCES staff_members (id),
    CONSTRAINT uq_staff_sessions_token_hash UNIQUE (token_hash)
);

CREATE INDEX ix_staff_sessions_member_id ON staff_sessions (member_id);

CREATE TABLE subscribers (
    id BIGSERIAL NOT NULL,
    address TEXT,
    address_hash TEXT NOT NULL,
    address_since TIMESTAMP WITH TIME ZONE,
    name TEXT NOT NULL,
    language TEXT NOT NULL,
    status VARCHAR(20) NOT NULL,
    frequency VARCHAR(20) NOT NULL,
    choice_id BIGINT NOT NULL,
    source TEXT DEFAULT '' NOT NULL,
    import_id BIGINT,
    attributes JSON DEFAULT '{}' NOT NULL,
    paused_until TIMESTAMP WITH TIME ZONE,
    active_at TIMESTAMP WITH TIME ZONE,
    joined_at TIMESTAMP WITH TIME ZONE NOT NULL,
    confirmed_at TIMESTAMP WITH TIME ZONE,
    ended_at TIMESTAMP WITH TIME ZONE,
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
    subscriber_id BIGINT NOT NULL,
    address TEXT NOT NULL,
    address_hash TEXT DEFAULT '' NOT NULL,
    asked_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_address_changes PRIMARY KEY (subscriber_id),
    CONSTRAINT fk_address_changes_subscriber_id FOREIGN KEY(subscriber_id) REFERENCES subscribers (id)
);

CREATE TABLE address_moves (
    id BIGSERIAL NOT NULL,
    subscriber_id BIGINT NOT NULL,
    address TEXT NOT NULL,
    address_hash TEXT NOT NULL,
    asked_at TIMESTAMP WITH TIME ZONE NOT NULL,
    moved_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_address_moves PRIMARY KEY (id),
    CONSTRAINT fk_address_moves_subscriber_id FOREIGN KEY(subscriber_id) REFERENCES subscribers (id)
);

CREATE INDEX ix_address_moves_address_hash ON address_moves (address_hash);

CREATE INDEX ix_address_moves_asked_at ON address_moves (asked_at);

CREATE INDEX ix_address_moves_subscriber_id ON address_moves (subscriber_id);

CREATE TABLE consent_events (
    id BIGSERIAL NOT NULL,
    subscriber_id BIGINT NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
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
    id BIGSERIAL NOT NULL,
    edition_id BIGINT NOT NULL,
    subscriber_id BIGINT NOT NULL,
    variant_id BIGINT NOT NULL,
    state VARCHAR(20) NOT NULL,
    reason TEXT NOT NULL,
    attempts BIGINT NOT NULL,
    worker TEXT NOT NULL,
    lease_until TIMESTAMP WITH TIME ZONE,
    next_attempt_at TIMESTAMP WITH TIME ZONE,
    deferred_since TIMESTAMP WITH TIME ZONE,
    verdict TEXT NOT NULL,
    resent BOOLEAN NOT NULL,
    settled_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_deliveries PRIMARY KEY (id),
    CONSTRAINT uq_deliveries_edition_id_subscriber_id UNIQUE (edition_id, subscriber_id),
    CONSTRAINT fk_deliveries_edition_id FOREIGN KEY(edition_id) REFERENCES editions (id),
    CONSTRAINT fk_deliveries_subscriber_id FOREIGN KEY(subscriber_id) REFERENCES subscribers (id),
    CONSTRAINT fk_deliveries_variant_id FOREIGN KEY(variant_id) REFERENCES edition_variants (id)
);

CREATE INDEX ix_deliveries_edition_id_state ON deliveries (edition_id, state, id);

CREATE TABLE edition_corrections (
    edition_id BIGINT NOT NULL,
    article_id BIGINT NOT NULL,
    number BIGINT NOT NULL,
    digest TEXT NOT NULL,
    CONSTRAINT pk_edition_corrections PRIMARY KEY (edition_id, article_id, number),
    CONSTRAINT fk_edition_corrections_article_id_number FOREIGN KEY(article_id, number) REFERENCES article_corrections (article_id, number) ON DELETE CASCADE,
    CONSTRAINT uq_edition_corrections_digest_article_id_number UNIQUE (digest, article_id, number),
    CONSTRAINT fk_edition_corrections_edition_id FOREIGN KEY(edition_id) REFERENCES editions (id) ON DELETE CASCADE
);

CREATE TABLE edition_variant_choices (
    edition_id BIGINT NOT NULL,
    choice_id BIGINT NOT NULL,
    variant_id BIGINT NOT NULL,
    CONSTRAINT pk_edition_variant_choices PRIMARY KEY (edition_id, choice_id),
    CONSTRAINT fk_edition_variant_choices_edition_id FOREIGN KEY(edition_id) REFERENCES editions (id) ON DELETE CASCADE,
    CONSTRAINT fk_edition_variant_choices_choice_id FOREIGN KEY(choice_id) REFERENCES topic_choices (id),
    CONSTRAINT fk_edition_variant_choices_variant_id FOREIGN KEY(variant_id) REFERENCES edition_variants (id) ON DELETE CASCADE
);

CREATE TABLE feed_archive_items (
    archive_id BIGINT NOT NULL,
    position BIGINT NOT NULL,
    event_id BIGINT NOT NULL,
    CONSTRAINT pk_feed_archive_items PRIMARY KEY (archive_id, position),
    CONSTRAINT fk_feed_archive_items_archive_id FOREIGN KEY(archive_id) REFERENCES feed_archives (id) ON DELETE CASCADE,
    CONSTRAINT fk_feed_archive_items_event_id FOREIGN KEY(event_id) REFERENCES feed_events (id) ON DELETE CASCADE
);

CREATE INDEX ix_feed_archive_items_event_id ON feed_archive_items (event_id);

CREATE TABLE import_changes (
    import_id BIGINT NOT NULL,
    subscriber_id BIGINT NOT NULL,
    has_ended BOOLEAN NOT NULL,
    before JSON NOT NULL,
    CONSTRAINT pk_import_changes PRIMARY KEY (import_id, subscriber_id),
    CONSTRAINT fk_import_changes_import_id FOREIGN KEY(import_id) REFERENCES imports (id),
    CONSTRAINT fk_import_changes_subscriber_id FOREIGN KEY(subscriber_id) REFERENCES subscribers (id)
);

CREATE TABLE mail_statistics (
    subscriber_id BIGINT NOT NULL,
    received BIGINT NOT NULL,
    last_mailed_at TIMESTAMP WITH TIME ZONE,
    bounced BIGINT NOT NULL,
    CONSTRAINT pk_mail_statistics PRIMARY KEY (subscriber_id),
    CONSTRAINT fk_mail_statistics_subscriber_id FOREIGN KEY(subscriber_id) REFERENCES subscribers (id) ON DELETE CASCADE
);

CREATE TABLE notices (
    id BIGSERIAL NOT NULL,
    kind TEXT NOT NULL,
    subscriber_id BIGINT NOT NULL,
    state VARCHAR(20) NOT NULL,
    reason TEXT NOT NULL,
    attempts BIGINT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    next_attempt_at TIMESTAMP WITH TIME ZONE,
    settled_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_notices PRIMARY KEY (id),
    CONSTRAINT fk_notices_subscriber_id FOREIGN KEY(subscriber_id) REFERENCES subscribers (id)
);

CREATE INDEX ix_notices_state ON notices (state, id);

CREATE INDEX ix_notices_subscriber_id ON notices (subscriber_id);

CREATE TABLE private_feeds (
    id BIGSERIAL NOT NULL,
    subscriber_id BIGINT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    revoked_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_private_feeds PRIMARY KEY (id),
    CONSTRAINT fk_private_feeds_subscriber_id FOREIGN KEY(subscriber_id) REFERENCES subscribers (id)
);

CREATE INDEX ix_private_feeds_subscriber_id ON private_feeds (subscriber_id);

CREATE TABLE delivery_transcripts (
    delivery_id BIGINT NOT NULL,
    content TEXT NOT NULL,
    kept_since TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_delivery_transcripts PRIMARY KEY (delivery_id),
    CONSTRAINT fk_delivery_transcripts_delivery_id FOREIGN KEY(delivery_id) REFERENCES deliveries (id) ON DELETE CASCADE
);

CREATE INDEX ix_delivery_transcripts_kept_since ON delivery_transcripts (kept_since);

CREATE TABLE feedback_events (
    id BIGSERIAL NOT NULL,
    key TEXT NOT NULL,
    kind VARCHAR(20) NOT NULL,
    source VARCHAR(20) NOT NULL,
    transport TEXT NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
    subscriber_id BIGINT,
    delivery_id BIGINT,
    edition_id BIGINT,
    domain TEXT NOT NULL,
    status TEXT NOT NULL,
    reason TEXT NOT NULL,
    is_proven BOOLEAN NOT NULL,
    suppressed BOOLEAN NOT NULL,
    undone_at TIMESTAMP WITH TIME ZONE,
    undone_because TEXT NOT NULL,
    CONSTRAINT pk_feedback_events PRIMARY KEY (id),
    CONSTRAINT uq_feedback_events_key UNIQUE (key),
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
    delivery_id BIGINT NOT NULL,
    CONSTRAINT pk_uncounted_deliveries PRIMARY KEY (delivery_id),
    CONSTRAINT fk_uncounted_deliveries_delivery_id FOREIGN KEY(delivery_id) REFERENCES deliveries (id) ON DELETE CASCADE
);

CREATE TABLE feedback_evidence (
    event_id BIGINT NOT NULL,
    content BYTEA NOT NULL,
    recipient TEXT NOT NULL,
    kept_since TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_feedback_evidence PRIMARY KEY (event_id),
    CONSTRAINT fk_feedback_evidence_event_id FOREIGN KEY(event_id) REFERENCES feedback_events (id) ON DELETE CASCADE
);

CREATE INDEX ix_feedback_evidence_kept_since ON feedback_evidence (kept_since);

CREATE OR REPLACE FUNCTION refuse_change_of_audit()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$ BEGIN RAISE EXCEPTION 'the audit log can only be added to' USING ERRCODE = 'restrict_violation'; END $function$;

CREATE OR REPLACE FUNCTION refuse_change_of_audit_line()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$ BEGIN
    IF TG_OP = 'UPDATE' AND OLD.network IS NOT NULL THEN
        OLD.network := NULL;
        OLD.device := NULL;
        IF NEW *= OLD THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'the audit log can only be added to' USING ERRCODE = 'restrict_violation';
END $function$;

CREATE OR REPLACE FUNCTION refuse_change_of_consent()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$ BEGIN
    IF TG_OP = 'UPDATE' AND OLD.network IS NOT NULL THEN
        OLD.network := NULL;
        IF NEW *= OLD THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'the ledger of consent can only be added to' USING ERRCODE = 'restrict_violation';
END $function$;

CREATE TRIGGER audit_log_refuse_change BEFORE DELETE OR UPDATE ON audit_log FOR EACH ROW EXECUTE FUNCTION refuse_change_of_audit_line();

CREATE TRIGGER audit_log_refuse_truncate BEFORE TRUNCATE ON audit_log FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_audit();

CREATE TRIGGER audit_outcomes_refuse_change BEFORE DELETE OR UPDATE ON audit_outcomes FOR EACH ROW EXECUTE FUNCTION refuse_change_of_audit();

CREATE TRIGGER audit_outcomes_refuse_truncate BEFORE TRUNCATE ON audit_outcomes FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_audit();

CREATE TRIGGER consent_events_refuse_change BEFORE DELETE OR UPDATE ON consent_events FOR EACH ROW EXECUTE FUNCTION refuse_change_of_consent();

CREATE TRIGGER consent_events_refuse_truncate BEFORE TRUNCATE ON consent_events FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_consent();

CREATE INDEX articles_search ON articles USING gin ((((setweight(to_tsvector('simple'::regconfig, regexp_replace(NORMALIZE(replace(lower(title), 'ß'::text, 'ss'::text), NFKD), '[̀-ͯ]'::text, ''::text, 'g'::text)), 'A'::"char") || setweight(to_tsvector('simple'::regconfig, regexp_replace(NORMALIZE(replace(lower("left"(((summary || ' '::text) || author), 10000)), 'ß'::text, 'ss'::text), NFKD), '[̀-ͯ]'::text, ''::text, 'g'::text)), 'B'::"char")) || setweight(to_tsvector('simple'::regconfig, regexp_replace(NORMALIZE(replace(lower("left"(body_text, 150000)), 'ß'::text, 'ss'::text), NFKD), '[̀-ͯ]'::text, ''::text, 'g'::text)), 'D'::"char"))));

