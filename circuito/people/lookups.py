"""`field__folded=text`: contains, whatever the case and accents, by the database's own `circuito_fold`."""

from typing import TYPE_CHECKING, Any

from django.db.models import CharField, Lookup, TextField

if TYPE_CHECKING:
    Base = Lookup[Any]
else:
    Base = Lookup  # Django's own takes no type argument when it runs


@CharField.register_lookup
@TextField.register_lookup
class Folded(Base):
    """Contains `text` without regard to case and accents."""

    lookup_name = "folded"

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        left, left_params = self.process_lhs(compiler, connection)
        right, right_params = self.process_rhs(compiler, connection)
        return f"position(circuito_fold({right}) in circuito_fold({left})) > 0", (*right_params, *left_params)
