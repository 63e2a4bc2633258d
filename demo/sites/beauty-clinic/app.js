"use strict";
// The whole site is built here from posts.json, as single-page sites are.
fetch("/posts.json").then((answer) => answer.json()).then((posts) => {
  const name = location.pathname.split("/").pop().replace(".html", "") || "index";
  const post = posts[name];
  const app = document.getElementById("app");
  document.title = post.title + " - 云河丽颜医疗美容";
  const nav = document.createElement("nav");
  for (const [key, other] of Object.entries(posts)) {
    const link = document.createElement("a");
    link.href = "/" + key + ".html";
    link.textContent = other.title;
    nav.append(link, " ");
  }
  const heading = document.createElement("h1");
  heading.textContent = post.title;
  app.append(nav, heading);
  for (const words of post.paragraphs) {
    const paragraph = document.createElement("p");
    paragraph.textContent = words;
    app.append(paragraph);
  }
});
