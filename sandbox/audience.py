"""Forms under a report: its owner's wish who may see how much, and a reader's complaint to the operators."""

from __future__ import annotations

from django import forms
from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from marketplace.billing import quotas
from sandbox import visibility
from sandbox.models import AbuseReport, Complaint, Report, Visibility

QUOTA = "complaints"


class AudienceForm(forms.Form):
    """The owner's wish. On prompts of their own, "public" asks an operator for it."""

    public = forms.BooleanField(required=False)
    hide_prompts = forms.BooleanField(required=False)
    hide_answers = forms.BooleanField(required=False)

    def apply(self, report: Report) -> None:
        wished = self.cleaned_data
        most = Visibility.ASKED if report.facts["own_prompts"] and not report.is_public else Visibility.PUBLIC
        visibility.change(
            report,
            wished=most if wished["public"] else Visibility.LINK,
            hide_prompts=wished["hide_prompts"],
            hide_answers=wished["hide_answers"],
        )


class ComplaintForm(forms.ModelForm):  # type: ignore[type-arg]  # not subscriptable at run time
    """What a reader holds against a report."""

    complaint = forms.ChoiceField(
        choices=Complaint.choices, widget=forms.RadioSelect, label=_("What is wrong with this report?")
    )

    class Meta:
        model = AbuseReport
        fields = ("complaint", "text", "contact")
        labels = {"text": _("In your own words"), "contact": _("Where to reach you")}
        widgets = {"text": forms.Textarea(attrs={"rows": 5})}

    @transaction.atomic
    def file(self, report: Report, *, guest: str) -> None:
        """Keep the complaint; raises OutOfQuota when too many came from this reader or about this report today."""
        quotas.spend(subject=f"guest:{guest}", quota=QUOTA, limit=settings.COMPLAINTS_PER_DAY)
        quotas.spend(subject=f"report:{report.code}", quota=QUOTA, limit=settings.COMPLAINTS_PER_REPORT_AND_DAY)
        self.instance.report = report
        self.save()
