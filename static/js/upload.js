// Documents are sent one by one, each with its progress; files can be dropped. Without this, the form works.

const form = document.querySelector("form[data-upload]");
const input = form?.querySelector("input[type=file]");

function row(file) {
  const line = document.createElement("li");
  const name = document.createElement("span");
  const bar = document.createElement("progress");
  const said = document.createElement("p");
  name.className = "name";
  name.textContent = file.name;
  bar.max = 1;
  bar.value = 0;
  bar.setAttribute("aria-label", file.name);
  said.className = "small";
  said.setAttribute("role", "status");
  said.textContent = form.dataset.sending;
  line.append(name, bar, said);
  return { line, bar, said };
}

// The page that the server answers with says what became of the file.
function send(file, { bar, said }) {
  const data = new FormData(form);
  data.delete(input.name);
  data.append(input.name, file);
  return new Promise((done) => {
    const request = new XMLHttpRequest();
    request.responseType = "document";
    request.open("POST", location.pathname);
    request.upload.onprogress = (event) => (bar.value = event.loaded / event.total);
    request.upload.onload = () => {
      bar.removeAttribute("value");
      said.textContent = form.dataset.checking;
    };
    request.onloadend = () => {
      const page = request.response;
      const isOurs = page?.getElementById("have"); // and not a page to sign in
      const isKept = request.status === 200 && isOurs;
      const error = page?.querySelector("form[data-upload] .error p")?.lastChild.textContent;
      bar.remove();
      said.textContent = isKept
        ? form.dataset.kept
        : (error ?? page?.querySelector("h1")?.textContent ?? form.dataset.failed);
      said.className = isKept ? "small" : "error";
      done(isOurs && { page, isKept });
    };
    request.send(data);
  });
}

async function sendAll(event) {
  if (!input.files.length) return;
  event.preventDefault();
  event.stopPropagation();
  const button = form.querySelector("button");
  const list = document.createElement("ul");
  const rows = [...input.files].map((file) => [file, row(file)]);
  let last;
  list.className = "files rows";
  list.append(...rows.map(([, parts]) => parts.line));
  form.append(list);
  button.disabled = true;
  for (const [file, parts] of rows) {
    const answer = await send(file, parts);
    last = answer ?? last;
    if (answer?.isKept) parts.line.dataset.kept = "";
  }
  button.disabled = false;
  form.querySelector("[data-sent]")?.remove();
  list.dataset.sent = "";
  input.value = "";
  // What we have now; what was refused stays below the form, with the reason.
  const papers = last?.page.getElementById("have");
  if (papers) document.getElementById("have").replaceWith(document.adoptNode(papers));
  list.querySelectorAll("[data-kept]").forEach((line) => line.remove());
}

if (input && window.FormData) {
  form.querySelector("[data-drop]").hidden = false;
  form.addEventListener("submit", sendAll);
  form.addEventListener("dragover", (event) => event.preventDefault());
  form.addEventListener("drop", (event) => {
    if (!event.dataTransfer.files.length) return;
    event.preventDefault();
    input.files = event.dataTransfer.files;
  });
}
