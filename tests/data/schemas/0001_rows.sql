INSERT INTO topics (id, slug, name) VALUES (1, 'housing', 'Housing');

INSERT INTO articles (id, uid, slug, source, source_key, key_is_explicit, fingerprint, title, summary, body_html, body_text, author, image_url, canonical_url, status, published_at, updated_at, stored_at, changed_at, media, is_measured, content_hash)
VALUES (1, 'tag:wexcombe.example,2026:1', 'quay-wall', 'text', 'quay', true, 'quay', 'Quay wall', 'It is mended.', '<p>It is mended.</p>', 'It is mended.', 'Ada', '', '', 'published', '2026-11-01 09:00:00', '2026-11-01 09:00:00', '2026-11-01 09:00:00', '2026-11-01 09:00:00', '[]', true, 'quay');

INSERT INTO article_topics (article_id, topic_id) VALUES (1, 1);

INSERT INTO topic_choices (id, "key") VALUES (1, '');

INSERT INTO subscribers (id, address, address_hash, name, language, status, frequency, choice_id, joined_at, confirmed_at, search_text)
VALUES (1, 'zoe@wexcombe.example', 'a1', 'Zoë', '', 'confirmed', 'regular', 1, '2026-11-01 09:00:00', '2026-11-01 09:00:00', 'zoe@wexcombe.example
zoe');

INSERT INTO consent_events (id, subscriber_id, at, kind, source) VALUES (1, 1, '2026-11-01 09:00:00', 'given', 'administrator: paper form');

INSERT INTO suppressions (address_hash, reason, created_at) VALUES ('b2', 'asked by letter', '2026-11-01 09:00:00');

INSERT INTO editions (id, kind, state, title, subject, body_html, topics, template, transport, uncertain, masthead, content_hash, web_html, note, created_at, send_at, fanned_out_at)
VALUES (1, 'bulletin', 'sent', 'Bulletin', 'Flood warning', '', '', 'bulletin', 'default', 'ask', '{}', '', '', '', '2026-11-02 09:00:00', '2026-11-02 09:00:00', '2026-11-02 09:00:00');

INSERT INTO edition_variants (id, edition_id, articles, content, nonce) VALUES (1, 1, '', '', '');

INSERT INTO deliveries (id, edition_id, subscriber_id, variant_id, state, reason, verdict, attempts, worker, resent, settled_at)
VALUES (1, 1, 1, 1, 'sent', '250 Ok', '', 1, 'w', false, '2026-11-02 09:00:00');

INSERT INTO mail_statistics (subscriber_id, received, last_mailed_at, bounced) VALUES (1, 1, '2026-11-02 09:00:00', 0);

INSERT INTO counted_editions (edition_id, through, is_whole) VALUES (1, 1, true);

INSERT INTO feedback_events (id, key, kind, source, transport, at, recorded_at, subscriber_id, delivery_id, edition_id, domain, status, reason, is_proven, suppressed, undone_because)
VALUES (1, 'k1', 'soft', 'report', 'default', '2026-11-02 09:05:00', '2026-11-02 09:05:00', 1, 1, 1, 'wexcombe.example', '4.2.0', 'try later', true, false, '');

INSERT INTO feedback_evidence (event_id, content, recipient, kept_since) VALUES (1, '', 'zoe@wexcombe.example', '2026-11-02 09:05:00');
