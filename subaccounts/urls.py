from django.urls import path

from subaccounts.views import approvals, attention, changing, drafts, operations, rules, transfers

app_name = "subaccounts"
urlpatterns = [
    path("transfers/", transfers.index, name="transfers"),
    path("transfers/export/", transfers.export, name="export_transfers"),
    path("transfers/new/", transfers.new, name="new_transfer"),
    path("transfers/new/accounts/", transfers.suggest, name="suggest"),
    path("subaccounts/new/", changing.create, name="create"),
    path("accounts/<str:api_key>/rename/", changing.rename, name="rename"),
    path("accounts/<str:api_key>/suspend/", changing.suspend, name="suspend"),
    path("accounts/<str:api_key>/resume/", changing.resume, name="resume_account"),
    path("accounts/<str:api_key>/own-balance/", changing.own_balance, name="own_balance"),
    path("drafts/<uuid:pk>/", drafts.draft, name="draft"),
    path("drafts/<uuid:pk>/discard/", drafts.discard, name="discard_draft"),
    path("operations/<str:reference>/", operations.operation, name="operation"),
    path("operations/<str:reference>/cancel/", operations.cancel, name="cancel_operation"),
    path("operations/<str:reference>/again/", operations.ask_again, name="ask_again"),
    path("operations/<str:reference>/secret/", operations.secret, name="new_secret"),
    path("operations/<str:reference>/approve/", approvals.approve, name="approve"),
    path("operations/<str:reference>/decline/", approvals.decline, name="decline"),
    path("operations/<str:reference>/judge/", attention.judge, name="judge"),
    path("approvals/", approvals.index, name="approvals"),
    path("needs-you/", attention.index, name="needs_you"),
    path("needs-you/seen/", attention.see, name="see_findings"),
    path("sending/halt/", attention.halt, name="halt"),
    path("sending/resume/", attention.resume, name="resume"),
    path("rules/", rules.policy, name="policy"),
    path("rules/guardrails/", rules.guardrails, name="guardrails"),
]
