"""What is kept of the shop's data replies, by key, as data. All that no rule names is made unreadable.

A rule names a key, with as many of the keys above it as it takes to tell it from others (entries of a list
stand under the list's key; `*` is any key). Components ("pc_om_list_order_8210…") go by their tag. Its kind
says what may stay there:

number     a number or true/false, also written as text
code       a word in ASCII, such as AE_LH_DEPART; status: one that may begin with a digit
id         a number of an order, a line, an item or a variant
tracking   a number of a parcel
interface  the name of a data service; component: the key of a component
url        a web address, cleaned
json       text that is JSON, under the same rules
own, plain, named, said   kinds of text: see `scrub_texts`

Prose may name the owner of the account: there every single part of a known name is hidden, in `named` only
two of them next to each other, so that a place or a title that shares one word with a name stays readable.
"""

import re

KINDS: dict[str, re.Pattern[str]] = {
    "number": re.compile(r"-?\d{1,19}(?:\.\d{1,6})?|true|false", re.IGNORECASE),
    "code": re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,63}"),
    "id": re.compile(r"\d[\d:;,]{0,200}"),
    "interface": re.compile(r"mtop\.[A-Za-z0-9_.]{1,100}"),
    "status": re.compile(r"[A-Za-z0-9_]{1,40}"),
    "tracking": re.compile(r"(?=(?:\D*\d){4})[A-Za-z0-9][A-Za-z0-9 ._/:()-]{3,49}"),
    "component": re.compile(
        r"(?:pc_om_list|detail)_[a-z_]{1,60}(?:\d{1,2})?(?:[-_]\d{1,22})?", re.IGNORECASE
    ),
}

#: Replies the rules are for, by the end of the name of their interface, in lower case.
INTERFACES = ("order.list", "order.detail", "ld.querydetail")

#: "pc_om_list_order_821…" is a pc_om_list_order, "detail_order_services_sv3-821…" a detail_order_services.
COMPONENT = re.compile(r"((?:pc_om_list|detail)_[a-z_]+?)(?:_sv\d{1,2})?(?:[-_]\d{1,22})?")

_ENVELOPE = {
    "api": "interface",
    "v": "number",
    "data.url": "url",
    "result": "number",
    "global.curTime": "number",
    "global.orderStatus": "number",
    "global.pageTitle": "own",
    "hierarchy.root": "component",
    "hierarchy.component": "component",
    "structure.*": "component",
    "i18n.*": "own",
    "i18nMap.*": "own",
    "component.tag": "component",
    "component.type": "component",
    "component.scriptKey": "component",
    "component.position": "code",
    "component.status": "code",
    "component.id": "id",
}

_ORDERS = {
    "orderId": "id",
    "tradeOrderId": "id",
    "orderLineId": "id",
    "tradeOrderLineId": "id",
    "productId": "id",
    "skuId": "id",
    "skuAttrKeys": "id",
    "orderIdTitle": "own",
    "orderDateText": "plain",
    "orderDateTitle": "own",
    "statusText": "said",
    "statusTitle": "own",
    "utParams": "json",
    "args.orderStatus": "status",
    "totalPriceText": "plain",
    "totalPriceTitle": "own",
    "formatPriceInfo": "plain",
    "currencyCode": "code",
    "baseCurrency": "code",
    "intentionCurrency": "code",
    "storeName": "named",
    "storePageUrl": "url",
    "shopIcon": "url",
    "orderDetailUrl": "url",
    "orderDetailText": "own",
    "orderLineSize": "number",
    "moreItemText": "own",
    "hiddenOrderId": "number",
    "showSelectBox": "number",
    "quantity": "number",
    "itemTitle": "named",
    "itemDetailUrl": "url",
    "itemImgUrl": "url",
    "itemPriceText": "plain",
    "itemExtraInfo": "said",
    "skuAttrs": "named",
    "skuAttrs.id": "number",
    "skuAttrs.vid": "number",
    "skuAttrs.name": "named",
    "skuAttrs.text": "named",
    "itemTags.type": "code",
    "itemTags.richText": "said",
    "exposeInfo.itemList.detailList.title": "said",
    "fields.hasMore": "number",
    "fields.hasMoreText": "own",
    "fields.pageIndex": "number",
    "fields.pageSize": "number",
    "fields.pageTitle": "own",
    "fields.statusTab": "code",
    "fields.timeOption": "code",
    "fields.searchOption": "code",
    "fields.searchTimeTitle": "own",
    "statusTabList.code": "code",
    "statusTabList.title": "own",
    "tailStatusTab.code": "code",
    "tailStatusTab.title": "own",
    "searchTimeOptions.code": "code",
    "searchTimeOptions.text": "own",
    "searchInputList.option": "code",
    "searchInputList.optionText": "own",
    "searchInputList.inputReminder": "own",
}

_BUTTONS = {
    f"{buttons}.{key}": kind
    for buttons in ("buttons", "buttonVOList", "buttonVOS")
    for key, kind in {"type": "code", "text": "own", "href": "url", "displayType": "code"}.items()
}

_DETAIL = {
    "detail_order_status_block.fields.title": "said",
    "detail_order_status_block.fields.reminder": "said",
    "orderCreatTime": "plain",
    "orderCreateTime": "plain",
    "orderCreatTimeTile": "own",
    "payTime": "plain",
    "payTimeTitle": "own",
    "orderShipTime": "plain",
    "orderShipTimeTile": "own",
    "orderEndTime": "plain",
    "orderEndTimeTile": "own",
    "paymentMethod": "own",
    "paymentMethodTitle": "own",
    "addressVO.countryCode": "code",
    "expectDeliveryDateTitle": "said",
    "deliveryDateChangeInfo.title": "said",
    "deliveryDateChangeInfo.changeReason": "said",
    "snapshotText": "own",
    "sellerVO.sellerName": "named",
    "sellerVO.storeUrl": "url",
    "priceDetails.title": "named",
    "priceDetails.value": "plain",
    "totalPrice.title": "named",
    "totalPrice.value": "plain",
    "detail_service_progress_bar.fields.title": "said",
    "detail_service_progress_bar.fields.text": "said",
    "detail_service_progress_bar.fields.currentNode": "number",
    "detail_service_progress_bar.fields.nodes.text": "said",
    "detail_service_progress_bar.fields.nodes.time": "plain",
    "detail_order_services.fields.title": "said",
    "detail_order_services.fields.data.title": "said",
    "detail_order_services.fields.data.content": "said",
    "packageInfoList.trackingNumber": "tracking",
}

_TRACKING = {
    "isTrackingV2": "number",
    "fdTitle": "said",
    "fdStatusDesc": "said",
    "fdContent": "said",
    "fdContentList": "said",
    "fdContentListRichText": "said",
    "logisticsReceiverInfo.country": "named",
    "mailNo": "tracking",
    "originMailNo": "tracking",
    "blockMailNo": "number",
    "logisticsCarrierName": "named",
    "cpName": "named",
    "displayQuantity": "number",
    "packageMinCreateTime": "number",
    "targetItemPkg": "number",
    "infoList.type": "number",
    "infoList.clickType": "number",
    "infoList.content": "tracking",
    "packageItemList.itemId": "id",
    "packageItemList.itemPic": "url",
    "packageItemList.skuDesc": "named",
    "packageItemList.count": "number",
    "etaInfo.beginEtaTime": "number",
    "etaInfo.endEtaTime": "number",
    "etaInfo.etaTimeStamp": "number",
    "etaInfo.etaSceneCode": "code",
    "etaInfo.etaTimeText": "plain",
    "etaInfo.etaTitleRichText": "said",
    "etaInfo.tipsTitle": "own",
    "etaInfo.tipsLink": "url",
    "detailList.time": "number",
    "detailList.timeText": "plain",
    "detailList.trackingName": "said",
    "detailList.trackingDetailDesc": "said",
    "detailList.trackingPrimaryCode": "code",
    "detailList.trackingSecondCode": "code",
    "detailList.fulfillStage": "number",
    "detailList.detailedLocation": "named",
    "detailList.deliveryTimeDesc": "said",
    "detailList.tags": "code",
    "detailList.nodeTitleBold": "number",
    "detailList.skipRiskControl": "number",
}

#: Key, with keys above it, to kind.
KEPT: dict[str, str] = {**_ENVELOPE, **_ORDERS, **_BUTTONS, **_DETAIL, **_TRACKING}

#: Every word of these rules: such a key is a programmer's, whatever a person is called.
NAMES = frozenset(name for spec in KEPT for name in spec.split("."))

#: Below a key that holds one of these words nothing is kept but what a rule names with that very key.
PERSONAL_ABOVE = re.compile(
    r"receiver|recipient|consignee|address|buyer|member|user|account|login|contact|payer|pod_?info"
    r"|feature|survey",
    re.IGNORECASE,
)

_NAMES = """
contactname contactperson fullname firstname middlename lastname surname receivername receiver recipient
recipientname consignee consigneename buyername buyer username nick nickname displayname accountname
membername signedby signer signername receiverinforichtext loginid
"""
_ADDRESSES = """
address address1 address2 address3 addressline1 addressline2 detailaddress detailaddress2 street
streetaddress streetname fulladdress
"""
_CODES = "zipcode zip postcode postalcode cpf cnpj taxid taxnumber passport passportno idnumber"
_PHONES = """
phone phoneno phonenumber fullphoneno mobile mobileno mobilenumber mobilephone tel telephone
"""
_REGIONS = "city province state region regionaddress country district"

#: Keys, in lower case, whose text is looked for on all other pages of the visit too, by what it is.
PERSONAL: dict[str, str] = {
    **dict.fromkeys(_NAMES.split(), "names"),
    **dict.fromkeys(_ADDRESSES.split(), "addresses"),
    **dict.fromkeys(_CODES.split(), "codes"),
    **dict.fromkeys(_PHONES.split(), "phones"),
    **dict.fromkeys(_REGIONS.split(), "regions"),
}
