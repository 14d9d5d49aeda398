// Shows the claims whose verdict and asker are ticked, and hides experiments that have none.
const form = document.querySelector(".filters");
const cells = [...document.querySelectorAll(".matrix td a")];

function filter() {
  const ticked = new Set([...form.querySelectorAll(":checked")].map((box) => box.value));
  const wanted = cells.filter((cell) => [cell, cell.parentElement].every((one) => ticked.has(one.classList[0])));
  for (const cell of cells) cell.classList.add("out");
  for (const cell of wanted) cell.classList.remove("out");
  for (const body of document.querySelector(".matrix").tBodies) body.hidden = !body.querySelector("td a:not(.out)");
  form.querySelector("output").textContent = `${wanted.length} of ${cells.length} claims are shown.`;
}

form.hidden = false;
form.addEventListener("change", filter);
filter();
