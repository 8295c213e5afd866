"""Every document that is sent to Shopify. The first word after query or mutation is its name."""

from __future__ import annotations

from connectors.shopify.guesses import FACTS, PROCESSABLE, RETURN_OPENED

_MONEY = "presentmentMoney { amount currencyCode }"
_LINE = f"id sku name quantity discountedUnitPriceSet {{ {_MONEY} }}"
_MORE = "pageInfo { hasNextPage endCursor }"

LINES_A_PAGE = 20
"""Lines of an order that come with it; the rest takes a question of its own."""

_ORDER = f"""
    id legacyResourceId name createdAt updatedAt cancelledAt displayFinancialStatus displayFulfillmentStatus
    totalPriceSet {{ {_MONEY} }}
    customerJourneySummary {{ lastVisit {{ utmParameters {{ campaign }} }} }}
    customerLocale
    email @include(if: $people)
    customer @include(if: $people) {{
        legacyResourceId displayName email locale defaultAddress {{ countryCodeV2 }}
    }}
    shippingAddress @include(if: $people) {{ countryCodeV2 }}
    lineItems(first: {LINES_A_PAGE}) {{ nodes {{ {_LINE} }} {_MORE} }}
    fulfillments(first: 5) {{
        createdAt deliveredAt estimatedDeliveryAt displayStatus trackingInfo(first: 3) {{ company number }}
    }}
"""

_RETURN = f"""
    id name status {RETURN_OPENED} decline {{ reason note }}
    returnLineItems(first: 10) {{
        nodes {{
            returnReason returnReasonNote customerNote
            ... on ReturnLineItem {{
                withCodeDiscountedTotalPriceSet {{ {_MONEY} }} fulfillmentLineItem {{ lineItem {{ id }} }}
            }}
        }}
    }}
"""

_OF = """
    id legacyResourceId updatedAt
    customer @include(if: $people) { legacyResourceId displayName email locale defaultAddress { countryCodeV2 } }
"""

_VARIANT = "sku title image { url } selectedOptions { name value }"

_PRODUCT = f"""
    id title updatedAt vendor productType description(truncateAt: 500)
    featuredMedia {{ preview {{ image {{ url }} }} }}
    metafields(first: 10, namespace: "{FACTS}") {{ nodes {{ key value type }} }}
    variants(first: 30) {{ nodes {{ {_VARIANT} }} {_MORE} }}
"""

_LIST = "first: $first, after: $after, sortKey: UPDATED_AT, query: $query"
_ASKED = "$first: Int!, $after: String, $query: String!, $counted: Boolean!"
_ORDERS_COUNT = "ordersCount(query: $query) @include(if: $counted) { count precision }"

ORDERS = f"""query Orders({_ASKED}, $people: Boolean!) {{
  orders({_LIST}) {{ nodes {{ {_ORDER} }} {_MORE} }}
  {_ORDERS_COUNT}
}}"""

RETURNS = f"""query Returns({_ASKED}, $people: Boolean!) {{
  orders({_LIST}) {{
    nodes {{ {_OF} returns(first: 5) {{ nodes {{ {_RETURN} }} {_MORE} }} }} {_MORE}
  }}
  {_ORDERS_COUNT}
}}"""

PRODUCTS = f"""query Products({_ASKED}) {{
  products({_LIST}) {{ nodes {{ {_PRODUCT} }} {_MORE} }}
  productsCount(query: $query) @include(if: $counted) {{ count precision }}
}}"""

PRODUCT_VARIANTS = f"""query ProductVariants($id: ID!, $after: String) {{
  product(id: $id) {{ variants(first: 100, after: $after) {{ nodes {{ {_VARIANT} }} {_MORE} }} }}
}}"""

ORDER = f"""query Order($id: ID!, $people: Boolean!) {{
  order(id: $id) {{ {_ORDER} }}
}}"""

ORDER_LINES = f"""query OrderLines($id: ID!, $after: String) {{
  order(id: $id) {{ lineItems(first: 100, after: $after) {{ nodes {{ {_LINE} }} {_MORE} }} }}
}}"""

ORDER_RETURNS = f"""query OrderReturns($id: ID!, $after: String) {{
  order(id: $id) {{ returns(first: 10, after: $after) {{ nodes {{ {_RETURN} }} {_MORE} }} }}
}}"""

RETURN = f"""query Return($id: ID!, $people: Boolean!) {{
  return(id: $id) {{ {_RETURN} order {{ {_OF} }} }}
}}"""

MONEY = f"""query Money($id: ID!) {{
  order(id: $id) {{
    id
    transactions(first: 50) {{
      id kind status gateway amountSet {{ {_MONEY} }} parentTransaction {{ id }}
    }}
    refunds(first: 50) {{ id createdAt note }}
  }}
}}"""

TO_SHIP = """query ToShip($id: ID!) {
  order(id: $id) {
    id
    fulfillments(first: 20) { id createdAt trackingInfo(first: 10) { number } }
    fulfillmentOrders(first: 10) {
      nodes { id status lineItems(first: 50) { nodes { id remainingQuantity lineItem { id } } } }
    }
  }
}"""

ACCOUNT = """query Account {
  shop { name myshopifyDomain }
  currentAppInstallation { accessScopes { handle } }
}"""

APPROVE = """mutation Approve($input: ReturnApproveRequestInput!) {
  returnApproveRequest(input: $input) { return { id status } userErrors { field message } }
}"""

DECLINE = """mutation Decline($input: ReturnDeclineRequestInput!) {
  returnDeclineRequest(input: $input) { return { id status } userErrors { field message } }
}"""

TO_PROCESS = f"""query ToProcess($id: ID!) {{
  return(id: $id) {{
    id status order {{ legacyResourceId }}
    returnLineItems(first: 100) {{ nodes {{ id {PROCESSABLE} }} }}
    exchangeLineItems(first: 100) {{ nodes {{ id {PROCESSABLE} }} }}
  }}
}}"""

PROCESS = """mutation Process($input: ReturnProcessInput!) {
  returnProcess(input: $input) { return { id status } userErrors { field message } }
}"""

REFUND = """mutation Refund($input: RefundInput!, $key: String!) {
  refundCreate(input: $input) @idempotent(key: $key) { refund { id createdAt } userErrors { field message } }
}"""

SHIP = """mutation Ship($fulfillment: FulfillmentInput!) {
  fulfillmentCreate(fulfillment: $fulfillment) { fulfillment { id createdAt } userErrors { field message } }
}"""
