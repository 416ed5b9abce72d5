"""The providers a city of Bangladesh has to do with."""

from __future__ import annotations

from typing import Any

from django.db import migrations

PROVIDERS = [
    # code, Bangla, English, services
    ("KWASA", "খুলনা ওয়াসা", "Khulna WASA", ["water", "sewerage"]),
    ("DWASA", "ঢাকা ওয়াসা", "Dhaka WASA", ["water", "sewerage"]),
    ("CWASA", "চট্টগ্রাম ওয়াসা", "Chattogram WASA", ["water", "sewerage"]),
    ("RWASA", "রাজশাহী ওয়াসা", "Rajshahi WASA", ["water", "sewerage"]),
    ("WZPDCL", "ওয়েস্ট জোন পাওয়ার ডিস্ট্রিবিউশন কোম্পানি", "West Zone Power Distribution Company", ["electricity"]),
    ("BPDB", "বাংলাদেশ বিদ্যুৎ উন্নয়ন বোর্ড", "Bangladesh Power Development Board", ["electricity"]),
    ("DESCO", "ঢাকা ইলেকট্রিক সাপ্লাই কোম্পানি", "Dhaka Electric Supply Company", ["electricity"]),
    ("DPDC", "ঢাকা পাওয়ার ডিস্ট্রিবিউশন কোম্পানি", "Dhaka Power Distribution Company", ["electricity"]),
    ("NESCO", "নর্দান ইলেকট্রিসিটি সাপ্লাই কোম্পানি", "Northern Electricity Supply Company", ["electricity"]),
    ("SGCL", "সুন্দরবন গ্যাস কোম্পানি", "Sundarban Gas Company", ["gas"]),
]


def seed(apps: Any, schema_editor: Any) -> None:
    """Adds the providers; the table is empty when this runs."""
    provider = apps.get_model("utilities", "Provider")
    provider.objects.bulk_create(
        provider(code=code, name_bn=name_bn, name_en=name_en, services=services)
        for code, name_bn, name_en, services in PROVIDERS
    )


def unseed(apps: Any, schema_editor: Any) -> None:
    """Takes the providers away again; fails, as it should, when a line or a connection names one."""
    apps.get_model("utilities", "Provider").objects.filter(code__in=[row[0] for row in PROVIDERS]).delete()


class Migration(migrations.Migration):
    dependencies = [("utilities", "0002_refusals")]
    operations = [migrations.RunPython(seed, unseed)]
