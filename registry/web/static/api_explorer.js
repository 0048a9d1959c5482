// Shows the OpenAPI document and sends requests of it, to this site only: no validator elsewhere is asked.
"use strict";
const explorer = document.getElementById("explorer");
SwaggerUIBundle({
  domNode: explorer,
  url: explorer.dataset.document,
  validatorUrl: null,
  deepLinking: true,
  docExpansion: "none",
  defaultModelsExpandDepth: 0,
  persistAuthorization: false,
});
