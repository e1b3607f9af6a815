"""Addresses of the portal's API; all but the first two are below one provider."""

from django.urls import URLPattern, URLResolver, include, path

from marketplace.portal.api import apis, checking, faring, listings, people, providers, selling

apis_of_one = [
    path("", apis.ApiDetail.as_view(), name="portal_api"),
    path("key/", apis.ApiKeyView.as_view(), name="portal_api_key"),
    path("key/try/", apis.KeyTrial.as_view(), name="portal_api_key_try"),
    path("models/", apis.ModelList.as_view(), name="portal_api_models"),
    path("models/look-up/", apis.LookUp.as_view(), name="portal_api_look_up"),
    path("prices/", selling.ApiPrices.as_view(), name="portal_api_prices"),
    path("limits/", selling.Limits.as_view(), name="portal_api_limits"),
    path("scenarios/", selling.Scenarios.as_view(), name="portal_api_scenarios"),
]
channels_of_one = [
    path("", listings.ChannelDetail.as_view(), name="portal_channel"),
    path("state/", listings.ChannelState.as_view(), name="portal_channel_state"),
    path("prices/", selling.ChannelPrices.as_view(), name="portal_channel_prices"),
    path("prices/<int:price>/", selling.ChannelPrice.as_view(), name="portal_channel_price"),
    path("checks/", checking.RunList.as_view(), name="portal_runs"),
    path("checks/<slug:run>/", checking.RunDetail.as_view(), name="portal_run"),
    path("withdraw/", listings.Withdrawal.as_view(), name="portal_withdraw"),
    path("sunset/", listings.Sunset.as_view(), name="portal_sunset"),
    path("retire/", listings.Retirement.as_view(), name="portal_retire"),
    path("faring/", faring.Fares.as_view(), name="portal_faring"),
]
providers_of_one: list[URLPattern | URLResolver] = [
    path("", providers.ProviderDetail.as_view(), name="portal_provider"),
    path("terms/", selling.Terms.as_view(), name="portal_terms"),
    path("agreement/", selling.Agreement.as_view(), name="portal_agreement"),
    path("members/", people.MemberList.as_view(), name="portal_members"),
    path("members/<int:member>/", people.MemberDetail.as_view(), name="portal_member"),
    path("members/<int:member>/transfer/", people.Transfer.as_view(), name="portal_transfer"),
    path("invitations/", people.InvitationList.as_view(), name="portal_invitations"),
    path("invitations/<int:invitation>/", people.InvitationDetail.as_view(), name="portal_invitation"),
    path("log/", people.Log.as_view(), name="portal_log"),
    path("apis/", apis.ApiList.as_view(), name="portal_apis"),
    path("apis/<int:api>/", include(apis_of_one)),
    path("channels/", listings.ChannelList.as_view(), name="portal_channels"),
    path("channels/<slug:channel>/", include(channels_of_one)),
    path("submissions/", listings.Submissions.as_view(), name="portal_submissions"),
    path("reports/", faring.ReportList.as_view(), name="portal_reports"),
    path("reports/<slug:report>/reply/", faring.ReplyDetail.as_view(), name="portal_reply"),
]
urlpatterns: list[URLPattern | URLResolver] = [
    path("providers/", providers.ProviderList.as_view(), name="portal_providers"),
    path("invitations/accept/", people.AcceptInvitation.as_view(), name="portal_accept"),
    path("providers/<slug:provider>/", include(providers_of_one)),
]
