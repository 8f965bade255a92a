"""What was there before quotes had versions and zones; and the books that nobody writes over."""

from django.conf import settings
from django.db import migrations

FILL = """
UPDATE tickets_quote SET version = numbered.version FROM (
  SELECT id, row_number() OVER (PARTITION BY ticket_id ORDER BY id) AS version FROM tickets_quote
) AS numbered WHERE numbered.id = tickets_quote.id AND numbered.version <> tickets_quote.version;
UPDATE tickets_quote SET zone = %(zone)s, expires_at = (expires_on + 1)::timestamp AT TIME ZONE %(zone)s;
UPDATE tickets_promise SET consultant_id = (
  SELECT consultant_id FROM tickets_assignment
  WHERE tickets_assignment.ticket_id = tickets_promise.ticket_id AND tickets_assignment.at <= tickets_promise.at
  ORDER BY tickets_assignment.id DESC LIMIT 1
);
"""
#: A promise ends with the first of: the next promise, a resolution, the ticket's end. It was kept where the resolution
#: came on its day or before.
SETTLE = """
UPDATE tickets_promise AS p SET settled_at = ended.at, kept = CASE
  WHEN (p.promised_on + 1)::timestamp AT TIME ZONE %(zone)s <= ended.at THEN FALSE
  WHEN ended.step = 'resolve' THEN TRUE END
FROM (
  SELECT DISTINCT ON (q.id) q.id, c.at, c.step FROM tickets_promise AS q
  JOIN tickets_statechange AS c ON c.ticket_id = q.ticket_id AND c.at > q.at
  WHERE c.step IN ('resolve', 'withdraw', 'void', 'redate')
     OR (c.step = 'reassign' AND c.detail ? 'previous_promised_on')
  ORDER BY q.id, c.at, c.id
) AS ended WHERE ended.id = p.id;
"""

APPEND_ONLY = """
CREATE FUNCTION public.circuito_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'rows of % are never changed nor deleted', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END $$;
"""
BOOKS = ["tickets_hourentry", "tickets_quotedecision", "tickets_secretlook", "knobs_knobchange"]


def fill(apps, schema_editor):
    zone = {"zone": settings.TIME_ZONE}
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(FILL, zone)
        cursor.execute(SETTLE, zone)


class Migration(migrations.Migration):

    dependencies = [
        ("tickets", "0003_contracts"),
        ("knobs", "0001_initial"),
    ]

    operations = [
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.RunSQL(APPEND_ONLY, "DROP FUNCTION public.circuito_append_only()"),
        *[
            migrations.RunSQL(
                f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON {table}"
                " FOR EACH ROW EXECUTE FUNCTION public.circuito_append_only()",
                f"DROP TRIGGER append_only ON {table}",
            )
            for table in BOOKS
        ],
    ]
