import os

from django.core.wsgi import get_wsgi_application

from dashboard.starting import refuse_wrong_keys

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dashboard.settings")

application = get_wsgi_application()
refuse_wrong_keys()
