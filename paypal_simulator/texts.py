"""The words of the payer's pages, in both languages."""

TEXTS = {
    "notice": {
        "en": "This is a simulator: nothing here is PayPal’s, and no money moves.",
        "fr": "Ceci est un simulateur\u00a0: rien ici n’est de PayPal, et aucun argent ne circule.",
    },
    "checkout_title": {"en": "Simulated payment", "fr": "Paiement simulé"},
    "approved_title": {"en": "Payment approved", "fr": "Paiement approuvé"},
    "closed_title": {"en": "You can close this tab", "fr": "Vous pouvez fermer cet onglet"},
    "gone_title": {"en": "Payment not found", "fr": "Paiement introuvable"},
    "pay_to": {"en": "Payment to", "fr": "Paiement à"},
    "item": {"en": "Item", "fr": "Article"},
    "quantity": {"en": "Quantity", "fr": "Quantité"},
    "price": {"en": "Fee for one", "fr": "Frais à l’unité"},
    "total_word": {"en": "Total", "fr": "Total"},
    "pay": {"en": "Pay", "fr": "Payer"},
    "cancel": {"en": "Cancel and return", "fr": "Annuler et revenir"},
    "close": {"en": "Approve but close the tab", "fr": "Approuver, mais fermer l’onglet"},
    "declined": {"en": "Pay with a declined card", "fr": "Payer avec une carte refusée"},
    "more": {"en": "What else can happen", "fr": "Ce qui peut arriver d’autre"},
    "more_text": {
        "en": "PayPal sometimes holds a payment for review, and decides later.",
        "fr": "PayPal retient parfois un paiement pour l’examiner, et décide plus tard.",
    },
    "pending": {"en": "Pay, and stay under review", "fr": "Payer, et demeurer à l’examen"},
    "completed_later": {
        "en": "Pay, accepted a minute later",
        "fr": "Payer, accepté une minute plus tard",
    },
    "denied_later": {
        "en": "Pay, denied a minute later",
        "fr": "Payer, refusé une minute plus tard",
    },
    "approved_text": {
        "en": "You have approved this payment already.",
        "fr": "Vous avez déjà approuvé ce paiement.",
    },
    "back_word": {"en": "Return to the shop", "fr": "Revenir au marchand"},
    "closed_text": {
        "en": "The payment is approved, and the shop has not seen you return. It learns of it "
        "from a notice, or by asking.",
        "fr": "Le paiement est approuvé, et le marchand ne vous a pas vu revenir. Il l’apprendra "
        "par un avis, ou en le demandant.",
    },
    "gone_text": {
        "en": "There is no such payment here, or its three hours are over.",
        "fr": "Il n’y a pas de tel paiement ici, ou ses trois heures sont passées.",
    },
}
