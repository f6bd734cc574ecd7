// Puts the instants of a page into the zone of whoever looks; UTC is seen on hover.

const two = (number) => String(number).padStart(2, "0");

function offsetOf(moment) {
  const minutes = -moment.getTimezoneOffset();
  const size = Math.abs(minutes);
  return `${minutes < 0 ? "-" : "+"}${two(Math.floor(size / 60))}:${two(size % 60)}`;
}

function localText(moment) {
  const day = [moment.getFullYear(), two(moment.getMonth() + 1), two(moment.getDate())].join("-");
  const seconds = moment.getSeconds() ? `:${two(moment.getSeconds())}` : "";
  return `${day} ${two(moment.getHours())}:${two(moment.getMinutes())}${seconds} ${offsetOf(moment)}`;
}

for (const element of document.querySelectorAll("time.moment[datetime]")) {
  const moment = new Date(element.dateTime);
  if (Number.isNaN(moment.getTime()) || moment.getTimezoneOffset() === 0) continue;
  element.title = `${element.dateTime.replace("T", " ").replace(/(:00)?(\.\d+)?Z$/, "")} UTC`;
  element.textContent = localText(moment);
}
