(function(){var box=document.getElementById("filter");if(!box)return;box.parentElement.hidden=false;
box.addEventListener("input",function(){var word=box.value.trim().toLowerCase();
document.querySelectorAll("[data-campaign]").forEach(function(part){
part.style.display=part.dataset.campaign.toLowerCase().indexOf(word)<0?"none":"";});});})();
