// Measure with axe the contrast of those texts whose kind is not among the known ones.
//
// The kind of a text: its colour, size and weight, and the grounds of it and of all that it lies in. Texts of one kind
// contrast alike. Returns the new kinds, and what axe found.
async known => {
  const seen = new Set(known), fresh = [], texts = []
  const grounds = new Map()
  const ground = element => {
    if (!element) return ''
    if (!grounds.has(element)) {
      const style = getComputedStyle(element)
      const own = style.backgroundColor === 'rgba(0, 0, 0, 0)' && style.backgroundImage === 'none' && style.opacity === '1'
        ? '' : `${style.backgroundColor} ${style.backgroundImage} ${style.opacity};`
      grounds.set(element, ground(element.parentElement) + own)
    }
    return grounds.get(element)
  }
  const isText = element => element.matches('input, select, textarea') ||
    [...element.childNodes].some(node => node.nodeType === Node.TEXT_NODE && node.data.trim())
  for (const element of document.body.querySelectorAll('*')) {
    if (!isText(element) || !element.getClientRects().length) continue
    const style = getComputedStyle(element)
    const kind = [style.color, style.fontSize, style.fontWeight, style.textShadow, element.matches(':disabled'),
      ground(element)].join('|')
    if (seen.has(kind)) continue
    seen.add(kind)
    fresh.push(kind)
    texts.push(element)
  }
  if (!texts.length) return [[], []]
  const options = {resultTypes: ['violations'], preload: false, runOnly: ['color-contrast', 'link-in-text-block']}
  const found = (await axe.run({include: known.length ? texts : [document]}, options)).violations
  return [fresh, found.map(rule => `${rule.id}: ${rule.nodes[0].html.slice(0, 120)} ${rule.nodes[0].failureSummary}`)]
}
