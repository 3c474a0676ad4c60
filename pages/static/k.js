// What saves time and nothing more: every page does its work without it.

const root = document.documentElement

// A form is sent once: a second click does nothing while the first is on its way.
document.addEventListener("submit", event => {
  const form = event.target
  if (form.method !== "post") return
  if (form.dataset.sent) return event.preventDefault()
  form.dataset.sent = "yes"
  for (const button of form.querySelectorAll("button")) button.setAttribute("aria-busy", "true")
})
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) {
    delete form.dataset.sent
    for (const button of form.querySelectorAll("button")) button.removeAttribute("aria-busy")
  }
})

// What is wrong is where one starts.
document.querySelector("[role=alert]")?.focus()

// What somebody writes is kept in this tab until it is sent, so that nothing is lost by a page that is left.
for (const form of document.querySelectorAll("form[data-draft]")) {
  const name = `draft:${form.dataset.draft}`
  const fields = () => form.querySelectorAll("textarea, input[type=text]")
  const kept = JSON.parse(sessionStorage.getItem(name) ?? "{}")
  for (const field of fields()) if (!field.value && kept[field.name]) field.value = kept[field.name]
  form.addEventListener("input", () => {
    const written = {}
    for (const field of fields()) if (field.value) written[field.name] = field.value
    sessionStorage.setItem(name, JSON.stringify(written))
  })
  form.addEventListener("submit", () => sessionStorage.removeItem(name))
}

// Keys: j and k through the rows of a list, Enter opens, / searches. Off while somebody writes, and where switched off.
const rows = [...document.querySelectorAll("[data-keys] tbody tr")]
let at = -1
document.addEventListener("keydown", event => {
  if (root.dataset.keys === "off" || event.ctrlKey || event.metaKey || event.altKey) return
  if (event.target.closest("input, textarea, select, [contenteditable]")) return
  if (event.key === "/") {
    const search = document.querySelector("input[type=search]")
    if (search) { event.preventDefault(); search.focus() }
  } else if (rows.length && (event.key === "j" || event.key === "k")) {
    at = Math.min(Math.max(at + (event.key === "j" ? 1 : -1), 0), rows.length - 1)
    rows[at].querySelector("a")?.focus()
  }
})

// Whether something has changed since the page was made is asked now and then, and told without moving anything.
const pulse = document.querySelector("[data-pulse]")
if (pulse) {
  let pause = 30_000
  const look = async () => {
    if (!document.hidden) {
      const answer = await fetch(pulse.dataset.pulse, { headers: { "If-None-Match": pulse.dataset.state } }).catch(() => null)
      if (answer?.status === 200) { pulse.hidden = false; return }
      pause = answer ? 30_000 : Math.min(pause * 2, 600_000)
    }
    setTimeout(look, pause)
  }
  setTimeout(look, pause)
}
