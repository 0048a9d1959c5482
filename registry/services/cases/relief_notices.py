"""Mail a subject how its application stands: to the address on file, which two officers filed, and to no other."""

from registry.domain import labels
from registry.models import Relief
from registry.services.cases import revisions
from registry.services.cases.relief_contacts import find_contact
from registry.services.node import mail
from registry.unit_of_work import UnitOfWork

_PURPOSE = "relief.notice"


def queue_notice(work: UnitOfWork, relief: Relief) -> None:
    """Queue a mail about the present state of an application, in the transaction of the act that led to it.

    Only where the applicant is confirmed to be the subject: else somebody else's application would be told of.
    """
    if relief.confirmed_on is None or not work.settings.smtp_host:
        return
    contact = find_contact(work.session, revisions.newest(work, relief.about))
    if contact is None:
        return
    noun = labels.label_for(labels.RELIEFS, relief.noun)
    state = labels.label_for(labels.RELIEF_STATES, relief.state)
    page = f"{work.settings.base_url.rstrip('/')}/relief?number={relief.record}"
    text = (
        f"贵方就信用记录 {relief.about} 提出的{noun}（受理编号 {relief.record}）：{state}。\n\n"
        f"经过、结果和理由见进度页：{page}\n谁知道编号，谁就能查看和撤回，请勿转发本邮件。\n\n"
        f"{relief.department.name}　{work.settings.node_name}\n"
    )
    mail.queue(work, _PURPOSE, work.keys.vault.open(contact.address).decode(), f"{noun}办理进度：{state}", text)
