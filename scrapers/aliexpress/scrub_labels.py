"""The shop's own words, as data: texts that say nothing of the person who looks at them.

A text counts as the shop's own only as a whole, never word by word: "May" or "Will" in the middle of
something else may be a name. Case, white space, punctuation at the ends and a small number at the end
("To ship (5)", "Package 1") do not matter. English texts were seen in 2023 to 2026; of other languages some.
"""

import re
import unicodedata

from scrapers.aliexpress.order_sheet import INVENTED, SEEN
from scrapers.scrubbing import words_in

_ENDS = " \t\r\n\f\v\u00a0.,:;!?*·•…|()[]<>\"'“”‘’：！？。、（）-–—"
_COUNT = re.compile(r"[ (]*\b\d{1,3}$")
_LONGEST = 400

_NAVIGATION = """
AliExpress | Home | Account | My account | Overview | Orders | My orders | Order | Order list | Payment
Refund and return | Returns/refunds | Feedback | Settings | Shipping address | Shipping addresses
Message center | Invite friends | Help center | Help | Coupons | My coupons | Coins | Wish list | Cart
Shopping cart | Search | Category | Categories | All categories | Download the app | Customer service
Privacy policy | Terms of use | Sitemap | Language | Currency | Ship to | Save | Close | Back | Next
Previous | Cancel | OK | Yes | No | Loading | More | View more | View less | Show more | Show less
See less | Collapse | Hide | More to love | Welcome | Sign out | Buyer protection | Track | Copy | Copied
Status | Date | Total | Subtotal | Shipping | Tax | Discount | Color | Size | items | item | Details
Order details | Order detail | Order Detail | Tracking | Tracking details | Package | Package tracking
Accept cookies | Reject all | Accept all | Cookie settings | 404 | Page not found | Something went wrong
Try again | Refresh | Bestellungen | Meine Bestellungen | Suchen | Warenkorb | Alle Cookies akzeptieren
Abbrechen | Schließen | Zurück | Weiter | Mis pedidos | Pedidos | Buscar | Cerrar | Cancelar
Aceptar cookies | Cesta | Mes commandes | Commandes | Rechercher | Panier | Fermer | Annuler
Accepter les cookies | Meus pedidos | Pesquisar | Fechar | Carrinho | Aceitar cookies | Ordini
I miei ordini | Cerca | Chiudi | Annulla | Accetta i cookie | Mijn bestellingen | Zoeken | Sluiten
Moje zamówienia | Szukaj | Akceptuj | 주문 | 주문 내역 | 검색 | 닫기 | 취소 | 확인 | 장바구니 | 复制 | 订单
我的订单 | 搜索 | 取消 | 确认
Мои заказы | Заказы | Поиск
"""

_ORDERS = """
View all | To pay | To ship | Processing | Processed | Shipped | Completed | Deleted orders
Orders placed in | All / Last year | last 6 months | last 1 year | last 2 years
Order ID, product or store name | Tracking number | View orders | Date | Ref. Number | Ref Number | Order ID
Order date | Order placed on | Paid on | Shipment completed on | Order completed on | Payment method
Credit/Debit card | Credit card | Debit card | Contact seller | Receipt | Invoice | Add to cart | Remove
Delete | Confirm | Confirm received | Confirm receipt | Track order | Track status | Buy again
Leave feedback | Open dispute | Extend protection | Free returns | Free shipping | Choice | Snapshot
Store Coupon | AliExpress Coupons | Multi-store coupon | Additional charges | Price details | Order summary
Pay now | Cancel order | Contact information | Delivery address | Select all | Combine payment
Awaiting payment | Unpaid | Awaiting shipment | Ready to ship | Awaiting delivery | Awaiting feedback
Order completed | Finished | Canceled | Cancelled | Order cancelled | Order canceled | Closed | Expired
Payment expired | Refunded | Refund completed | No orders yet | No orders | There are no orders
You have no orders | Orders you place appear here | View shopping cart | Bestellnummer | Bestelldatum
Bestelldetails | Details anzeigen | Gesamt | Gesamtsumme | Sendung verfolgen | Verfolgen | Kopieren
Wartet auf Lieferung | Versandt | Zugestellt | Bezahlt | Wird bearbeitet | Abgeschlossen | Storniert
Lieferung bestätigen | Zahlungsmethode | Zu bezahlen | Bestellungen anzeigen | Alle anzeigen | Artikel
Número de pedido | Fecha del pedido | Fecha | Detalles | Detalles del pedido | Seguir pedido
Rastrear pedido | Copiar | Esperando entrega | Completado | Cancelado | Enviado | Ver todo | Ver pedidos
Método de pago | Artículos | Numéro de commande | Date de commande | Détails | Suivre la commande | Copier
En attente de livraison | Terminé | Annulé | Expédié | Voir tout | Voir les commandes | Mode de paiement
Articles | ID do pedido | Número do pedido | Data do pedido | Data | Detalhes | Detalhes do pedido
Rastrear | A ser pago | Aguardando pagamento | Processando | Processado | Aguardando a entrega | Concluído
Finalizado | Compra cancelada | Pedido cancelado | Expirado | Pagamento expirado | Ver tudo
Forma de pagamento | Itens | Entregue | 주문 번호 | 주문 날짜 | 주문 상세 | 배송 조회 | 복사 | 배송 대기 중
완료 | 취소됨 | 환불 완료
고급 환불 완료 | 요청 완료 | AliExpress의 피드백을 기다리는 중입니다 | 전체 보기 | 합계 | 订单号 | 下单时间
查看物流 | 详情
"""

_TRACKING = """
Delivered | In transit | Order created | Package in preparation | Out for delivery | Delivery update
Shipped | Carrier | Service | Estimated delivery date | Estimated delivery | Delivery
Package received by customer | What does 'Delivery time' mean?
Logistics information has not been updated yet | Sorry, there is no updated logistics information
Tracking number copied | Copy success! | Fast delivery | Protection | Service Commitment
Fast delivery: active | Items in this package | View details | Refund if items damaged
Refund if package lost | Shipping method | Shipping address | Delivery information | Carrier note
Paketverfolgungsnummer | Trackingnummer | Sendungsnummer | Número de seguimiento | Número de rastreamento
Código de rastreamento | Numéro de suivi | Numero di tracciamento | 운송장 번호 | 배송 완료 | 배송완료
运单号
Номер отслеживания | Paket | Paquete | Colis | Pacote | Pacco | Mehr anzeigen | Ver más | Voir plus
Ver mais | 더보기 | Voraussichtliche Lieferung | Entrega estimada | Livraison estimée | Zustellung | Entrega
Livraison | Entregado | Livré
"""

_SIGN_IN = """
Register/Sign in | Register | Sign in | Log in | Login | Join | Continue | Email or phone number | Email
Phone number | Password | Sign in with email code | Sign in with passkey | Google | Facebook | Apple
Forgot password? | Switch account | Saved account | Your account name or password is incorrect
Email verification code | Verification code | Verify | Resend | Resend code | Send code | Enter the code
Enter verification code | Security check | Security code | SMS code | Email code | Trouble signing in?
Or continue with | or | Network and device | Trusted device | Keep me signed in | Select account
Use another account | Multiple accounts | Please enter your password | Please enter a valid email address
Create account | Stay signed in | Anmelden | Registrieren | Registrieren/Anmelden | Passwort
Passwort vergessen? | E-Mail oder Telefonnummer | Fortfahren | Konto wechseln | Iniciar sesión | Registrarse
Contraseña | Continuar | Correo electrónico o número de teléfono | Se connecter | S'inscrire | Mot de passe
Continuer | E-mail ou numéro de téléphone | Entrar | Cadastre-se | Senha | E-mail ou número de telefone
Accedi | Registrati | Continua | Inloggen | Zaloguj się | Hasło | 로그인 | 비밀번호 | 계속 | 登录 | 密码
"""

_CHALLENGES = """
Captcha Interception | Please slide to verify | Slide to verify
Please slide to verify that you are not a robot | Sorry, we have detected unusual traffic from your network
Sorry, we have detected unusual traffic from your network. | Please drag the slider
Drag the slider to verify | Verification | Just a moment | Access denied | Loading, please wait | 验证码拦截
向右滑动 | 向右滑动验证 | 请拖动滑块 | 请按住滑块，拖动到最右边 | 安全验证 | 拖图
哎哟喂,被挤爆啦,请稍后重试 | 调用成功 | 令牌过期
"""

#: Where a parcel is often left: says nothing of whose it is.
_SPOTS = """
front door | the front door | door | back door | porch | the porch | mailbox | the mailbox | letterbox
reception | the reception | parcel locker | a parcel locker | locker | garage | garden | a safe place
safe place | neighbour | neighbor | customer | the customer | pick-up point | pickup point
the pickup point | concierge | doorman | security | self | owner | receiver | recipient
"""

#: Words that stand in events, dates and addresses of anybody.
_COMMON = """
january february march april may june july august september october november december jan feb mar apr jun
jul aug sep sept oct nov dec mon tue tues wed thu thur fri sat sun monday tuesday wednesday thursday friday
saturday sunday janeiro fevereiro marco abril maio junho julho agosto setembro outubro novembro dezembro
enero febrero marzo mayo junio julio septiembre octubre noviembre diciembre janvier fevrier mars avril mai
juin juillet aout septembre octobre novembre decembre januar februar marz juni juli oktober dezember seg ter
qua qui sex sab dom lun mer jeu ven sam mie jue vie arrived arrival arriving departed departure left leaving
received sorting center centre origin destination country region airport flight customs clearance export
import started complete completed courier company facility local regional prepared preparing packed
warehouse ready collected handed over soon domestic transfer information updated your order package parcel
been has have and the for with from that this will not are was were its you out into sorry unable
unsuccessful attempt failed business hours des del das dos der die den dem ein eine und von van auf aus bei
zum zur mit fur les une aux sur par pour para por con los las street road avenue lane drive house unit floor
suite block apt apartment building rua avenida calle strasse rue via user null undefined true false none
unknown male female test mrs miss
"""


def _phrases(*texts: str) -> frozenset[str]:
    lines = (line.split(" | ") for text in texts for line in text.strip().splitlines())
    return frozenset(_key(phrase) for line in lines for phrase in line)


def _key(text: str) -> str:
    words = unicodedata.normalize("NFKC", text).casefold()
    return " ".join(words.split()).strip(_ENDS)


_ROWS = frozenset(_key(label) for label in (*SEEN, *INVENTED))
_LABELS = _phrases(_NAVIGATION, _ORDERS, _TRACKING, _SIGN_IN, _CHALLENGES) | _ROWS
_PLACES_TO_LEAVE = _phrases(_SPOTS)

#: Folded words that name nobody, alone or next to each other.
COMMON_WORDS = frozenset(words_in(_COMMON)) | {
    word for phrase in _LABELS | _PLACES_TO_LEAVE for word in words_in(phrase)
}

#: What stands before the colon of a line that holds a date, a sum, or the number of an order or parcel.
FACTS = frozenset(_key(label) for label, field in (INVENTED | SEEN).items() if field) | _phrases(
    """
    Date | Ref. Number | Order ID | Order date | Tracking number | Bestellnummer | Bestelldatum
    Número de pedido | Fecha | Fecha del pedido | Numéro de commande | Date de commande | ID do pedido
    Data do pedido | Data | 주문 번호 | 주문 날짜 | 订单号 | 下单时间
    """
)


def is_label(text: str) -> bool:
    """Whether `text` as a whole is one of the shop's own; a blank text is."""
    return _among(text, _LABELS)


def is_spot(text: str) -> bool:
    """Whether `text` as a whole is a usual place to leave a parcel at, or nobody in particular."""
    return _among(text, _PLACES_TO_LEAVE)


def is_fact(text: str) -> bool:
    """Whether `text` begins, up to a colon, with the shop's words for a date or a number."""
    head, colon, _ = text[:_LONGEST].replace("：", ":").partition(":")
    return bool(colon) and _key(head) in FACTS


def _among(text: str, phrases: frozenset[str]) -> bool:
    if len(text) > _LONGEST:
        return not text.strip()
    key = _key(text)
    return not key or key in phrases or _COUNT.sub("", key).strip(_ENDS) in phrases
