"""The SQL functions that index and query share: accents folded (ñ stays a letter), words for search."""

FOLD_AND_SEARCH = r"""
CREATE FUNCTION public.circuito_fold(text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT AS $$
  SELECT translate(lower(normalize($1, NFC)),
    'áàâäãåāéèêëēíìîïīóòôöõøōúùûüūýÿçÁÀÂÄÃÅĀÉÈÊËĒÍÌÎÏĪÓÒÔÖÕØŌÚÙÛÜŪÝŸÇÑ',
    'aaaaaaaeeeeeiiiiiooooooouuuuuyycaaaaaaaeeeeeiiiiiooooooouuuuuyycñ')
$$;
CREATE FUNCTION public.circuito_search(text, text) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT setweight(to_tsvector('pg_catalog.simple'::regconfig, public.circuito_fold(coalesce($1, ''))), 'A') ||
         setweight(to_tsvector('pg_catalog.simple'::regconfig,
                            public.circuito_fold(left(coalesce($2, ''), 100000))), 'B')
$$;
"""
DROP = "DROP FUNCTION public.circuito_search(text, text); DROP FUNCTION public.circuito_fold(text);"
