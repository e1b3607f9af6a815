"""Addresses of this room. Words of ours come before a provider's slug, and are none (``catalog.naming.RESERVED``)."""

from django.urls import URLPattern, path

from marketplace.portal.organisation import facts, history, homes, joining, overview, people

urlpatterns: list[URLPattern] = [
    path("", homes.home, name="home"),
    path("new/", homes.new_provider, name="new_provider"),
    path("invitations/<str:token>/", joining.invitation, name="invitation"),
    path("<slug:provider>/", overview.show_provider, name="provider"),
    path("<slug:provider>/facts/", facts.facts, name="facts"),
    path("<slug:provider>/members/", people.members, name="members"),
    path("<slug:provider>/members/invite/", people.invite, name="invite"),
    path("<slug:provider>/members/leave/", people.leave, name="leave"),
    path("<slug:provider>/members/transfer/", people.transfer, name="transfer"),
    path("<slug:provider>/members/<int:member>/role/", people.change_role, name="change_role"),
    path("<slug:provider>/members/<int:member>/remove/", people.remove, name="remove_member"),
    path("<slug:provider>/invitations/<int:invitation>/revoke/", people.revoke, name="revoke"),
    path("<slug:provider>/log/", history.log, name="log"),
]
