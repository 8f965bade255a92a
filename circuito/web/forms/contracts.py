"""Forms of contracts: what is agreed, hours bought and adjusted, products and what a client has installed."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from circuito.administration.contracts import MAX_HOURS, MAX_RATE, MAX_RENEWAL, Agreement
from circuito.contracts.models import Contract, Product, ServiceLevel, WorkCalendar
from circuito.contracts.models.agreement import CONTRACT_KINDS, HOURS_PLANS
from circuito.people.actor import Actor
from circuito.queries import catalogues, people
from circuito.queries.contracts import products
from circuito.tickets.words import KINDS
from circuito.web.forms.fields import Choice, DayField, HoursField, LongText

if TYPE_CHECKING:
    ManyChoice = forms.ModelMultipleChoiceField[Any]
else:
    ManyChoice = forms.ModelMultipleChoiceField  # Django's own takes no type argument when it runs


class RateField(HoursField):
    """Money for an hour; a comma or a point before the cents."""

    def __init__(self, **options: Any) -> None:
        super().__init__(min_value=Decimal(0), max_value=MAX_RATE, **options)
        self.max_digits = 10


class ContractForm(forms.Form):
    use_required_attribute = False
    client = Choice(queryset=None, label=_("Cliente"), empty_label=_("Elija el cliente"))
    name = forms.CharField(
        label=_("Nombre"), max_length=120, help_text=_("Como lo llaman con el cliente: lo verá en su portal.")
    )
    kind = forms.ChoiceField(label=_("Clase"), choices=CONTRACT_KINDS, widget=forms.RadioSelect, initial="maintenance")
    product = Choice(
        queryset=Product.objects.filter(active=True), label=_("Producto instalado"), required=False,
        empty_label=_("Ninguno en particular"),
    )  # fmt: skip
    starts_on = DayField(label=_("Desde"))
    ends_on = DayField(label=_("Hasta"), required=False, help_text=_("Vacío: sin fin."))
    renewal_months = forms.IntegerField(
        label=_("Se renueva por"), min_value=0, max_value=MAX_RENEWAL, initial=0,
        help_text=_("Meses, cada vez que termina. 0: no se renueva solo."),
        widget=forms.NumberInput(attrs={"class": "short"}),
    )  # fmt: skip
    plan = forms.ChoiceField(label=_("Plan de horas"), choices=HOURS_PLANS, widget=forms.RadioSelect, initial="none")
    included = HoursField(
        label=_("Horas incluidas"), required=False, min_value=Decimal(0), max_value=MAX_HOURS,
        help_text=_("Por mes, o por término del contrato."),
    )  # fmt: skip
    carried_over = forms.BooleanField(label=_("Las que sobran pasan al período siguiente"), required=False)
    warn_percent = forms.IntegerField(
        label=_("Avisar cuando queda menos de"), required=False, min_value=0, max_value=100,
        help_text=_("Por ciento de las horas. Vacío: lo que dicen los ajustes. 0: sin este aviso."),
        widget=forms.NumberInput(attrs={"class": "short"}),
    )  # fmt: skip
    overrun_rate = RateField(
        label=_("Tarifa excedente"), required=False,
        help_text=_("Por hora: lo usado de más se factura al cerrar el período. Sin tarifa, se resta del siguiente."),
    )  # fmt: skip
    currency = forms.CharField(
        label=_("Moneda"), max_length=3, min_length=3, initial="USD", widget=forms.TextInput(attrs={"class": "short"})
    )
    kinds = forms.MultipleChoiceField(
        label=_("Solicitudes que cubre"), choices=KINDS, required=False, widget=forms.CheckboxSelectMultiple,
        help_text=_("Ninguna marcada: las cubre todas."),
    )  # fmt: skip
    components = ManyChoice(
        queryset=None, label=_("Componentes que cubre"), required=False, widget=forms.CheckboxSelectMultiple,
        help_text=_("Ninguno marcado: los cubre todos. Uno cubre también lo que está dentro de él."),
    )  # fmt: skip
    level = Choice(
        queryset=ServiceLevel.objects.all(), label=_("Nivel de servicio"), required=False,
        empty_label=_("Los plazos de los ajustes"),
    )  # fmt: skip
    calendar = Choice(
        queryset=WorkCalendar.objects.all(), label=_("Horario de soporte"), required=False, empty_label=_("El habitual")
    )
    priority_1_always = forms.BooleanField(label=_("Lo crítico se atiende a toda hora"), required=False)
    note = forms.CharField(label=_("Nota interna"), required=False, max_length=5000, widget=LongText(2))

    def __init__(self, data: Any = None, *, actor: Actor, contract: Contract | None) -> None:
        super().__init__(data, initial=_values(contract))
        components = self.fields["components"]
        assert isinstance(components, forms.ModelMultipleChoiceField)
        components.queryset = catalogues.all_components()
        if contract is not None:
            del self.fields["client"]
            return
        client = self.fields["client"]
        assert isinstance(client, forms.ModelChoiceField)
        client.queryset = people.clients(actor)

    def agreement(self) -> Agreement:
        """Return what was filled in."""
        given = {name: value for name, value in self.cleaned_data.items() if name != "client"}
        return Agreement(**{**given, "included": given["included"] or Decimal(0)})


def _values(contract: Contract | None) -> dict[str, Any]:
    if contract is None:
        return {}
    same = (
        "name", "kind", "starts_on", "ends_on", "renewal_months", "plan", "carried_over", "overrun_rate", "currency",
        "kinds", "level", "calendar", "priority_1_always", "note", "product", "warn_percent",
    )  # fmt: skip
    values = {name: getattr(contract, name) for name in same}
    included = (Decimal(contract.included_minutes) / 60).quantize(Decimal("0.01")).normalize()
    shown = f"{included:f}" if included else ""
    return values | {"included": shown, "components": [component.pk for component in contract.components.all()]}


class PurchaseForm(forms.Form):
    use_required_attribute = False
    hours = HoursField(label=_("Horas compradas"), min_value=Decimal("0.02"), max_value=MAX_HOURS)
    reason = forms.CharField(
        label=_("Referencia"), required=False, max_length=200, help_text=_("Por ejemplo, el número de factura.")
    )


class AdjustmentForm(forms.Form):
    use_required_attribute = False
    hours = HoursField(
        label=_("Horas"), min_value=-MAX_HOURS, max_value=MAX_HOURS, help_text=_("Con un menos delante, se restan.")
    )
    reason = forms.CharField(label=_("Motivo"), max_length=200, help_text=_("El cliente lo lee en sus movimientos."))


class ProductForm(forms.Form):
    use_required_attribute = False
    name = forms.CharField(label=_("Nombre"), max_length=80)
    active = forms.BooleanField(label=_("En uso"), required=False, initial=True)


class InstalledForm(forms.Form):
    use_required_attribute = False
    product = Choice(queryset=None, label=_("Producto"), empty_label=_("Elija el producto"))
    version = forms.CharField(
        label=_("Versión"), required=False, max_length=40, widget=forms.TextInput(attrs={"class": "short"})
    )
    installed_on = DayField(label=_("Instalado el"), required=False)
    note = forms.CharField(label=_("Nota"), required=False, max_length=200)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        field = self.fields["product"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = products()
